import { describe, expect, it } from "vitest";
import { compareNames } from "./name-order.js";

describe("the order of names", () => {
  it("goes by value where there are numbers", () => {
    const names = ["a", "a1", "a1b", "a2", "a10", "a10b2", "a10b10", "b", "v1.2", "v1.10", "zone"];
    expect(names.toReversed().toSorted(compareNames)).toEqual(names);
  });

  it("is one order: no two names are equal, and it never turns in a circle", () => {
    const names = [
      "",
      "0",
      "00",
      "1",
      "01",
      "001",
      "1a",
      "01a",
      "01b",
      "10",
      "9",
      "a",
      "a0",
      "a00",
      "a-1",
      "é2",
      "é10",
    ];
    for (const a of names) {
      for (const b of names) {
        expect(Math.sign(compareNames(a, b)) + Math.sign(compareNames(b, a))).toBe(0);
        expect(compareNames(a, b) === 0).toBe(a === b);
        for (const c of names)
          if (compareNames(a, b) < 0 && compareNames(b, c) < 0) expect(compareNames(a, c)).toBeLessThan(0);
      }
    }
  });

  it("takes numbers of any length", () => {
    const long = `x${"9".repeat(400)}`;
    expect(compareNames(long, `x1${"0".repeat(400)}`)).toBeLessThan(0);
  });
});
