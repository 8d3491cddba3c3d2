import { describe, expect, it } from "vitest";
import { BUILT_IN, choicesOf, matching, USUAL } from "./profiles.js";
import { NO_CHOICES, wrongFields } from "./run-request.js";

const installer = BUILT_IN.find((profile) => profile.name === "Installer") ?? USUAL;

describe("profiles", () => {
  it("that the app brings can be run", () => {
    for (const profile of BUILT_IN) {
      expect(wrongFields({ ...choicesOf(profile, true), name: "" }), profile.name).toEqual([]);
    }
  });

  it("choose root only where that is possible", () => {
    expect(choicesOf(installer, true).asRoot).toBe(true);
    expect(choicesOf(installer, false).asRoot).toBe(false);
  });

  it("are found by what they choose", () => {
    expect(matching(BUILT_IN, NO_CHOICES, true)).toBe(USUAL);
    expect(matching(BUILT_IN, { ...choicesOf(installer, true), name: "x" }, true)).toBe(installer);
    expect(matching(BUILT_IN, { ...NO_CHOICES, quota: "7 GB" }, true)).toBeNull();
  });
});
