import { expect, it } from "vitest";
import { rowForKey } from "./list-keys.js";

it("goes by rows, pages and to the ends, and never leaves the list", () => {
  const to = (key: string, active: number): number | undefined => rowForKey(key, active, 30, 11);
  expect([to("ArrowDown", 3), to("ArrowUp", 3), to("PageDown", 3), to("PageUp", 13)]).toEqual([4, 2, 13, 3]);
  expect([to("Home", 9), to("End", 9)]).toEqual([0, 29]);
  expect([to("ArrowUp", 0), to("PageUp", 4), to("ArrowDown", 29), to("PageDown", 25)]).toEqual([
    0, 0, 29, 29,
  ]);
  expect(to("x", 3)).toBeUndefined();
});
