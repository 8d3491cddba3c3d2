// Programs that every machine with the tests has run in a session as they do natively. npm run compat tries many more.
import { userInfo } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlace, removePlace } from "./compatibility/place.mjs";
import { programs } from "./compatibility/programs.mjs";
import { differences, missing } from "./compatibility/try.mjs";

const PATIENCE = 120_000;
const modes = userInfo().uid === 0 ? ["system", "user"] : ["user"];

describe.each(modes)("in %s mode", (mode) => {
  let place;
  beforeAll(async () => {
    place = await makePlace(mode);
  });
  afterAll(() => removePlace(place));

  const quick = programs.filter((probe) => probe.quick && (probe.modes?.includes(mode) ?? true));
  it.each(quick)(
    "$name runs as natively",
    async (probe) => {
      expect(missing(probe)).toEqual([]);
      expect(await differences(place, probe)).toEqual([]);
    },
    PATIENCE,
  );
});
