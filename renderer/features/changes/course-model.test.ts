// What is said of changes that are to come: nothing, where the reading of them failed.
import { expect, it } from "vitest";
import type { SeeError } from "../../../protocol/src/errors.js";
import { courseOf } from "./course-model.js";
import type { Settled } from "./feed-reader.js";

const settled = { live: true } as Settled;
const error: SeeError = { code: "io", message: "The disk is gone.", hint: "Look." };
const first = { settled: null, reading: true, error: null, changing: true };

it("says what is to come", () => {
  expect(courseOf({}, first)?.word).toBe("reading…");
  expect(courseOf({}, { ...first, settled, reading: false })?.word).toBe("still changing");
  expect(courseOf({}, { ...first, settled, changing: false })?.word).toBe("reading…");
  expect(courseOf({}, { ...first, settled, reading: false, changing: false })).toBeNull();
});

it("says of a list that failed neither that it is read nor that it still changes", () => {
  expect(courseOf({}, { ...first, error })).toBeNull();
  expect(courseOf({}, { ...first, reading: false, error })).toBeNull();
  expect(courseOf({}, { ...first, settled, error })).toBeNull();
});
