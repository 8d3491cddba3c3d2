// Canvases that are empty or too large are refused, made anew or made larger.
import { describe, expect, it } from "vitest";
import { Damaged, TooMuch } from "../inside/input.js";
import { CANVAS_LIMIT, Canvases } from "./canvases.js";

const SIDE = Math.sqrt(CANVAS_LIMIT / 4);

describe("canvases", () => {
  for (const [name, width, height, error] of [
    ["no width", 0, 10, Damaged],
    ["no height", 10, 0, Damaged],
    ["a size that is no number", Number.NaN, 10, Damaged],
    ["more than a canvas may have", SIDE + 100, SIDE + 100, TooMuch],
  ] as const)
    it(`of ${name}`, () => {
      const canvas = { width: 3, height: 4 };
      expect(() => new Canvases().create(width, height)).toThrow(error);
      expect(() => new Canvases().reset({ canvas }, width, height)).toThrow(error);
      expect(canvas).toEqual({ width: 3, height: 4 });
    });

  it("within the limit take their new size", () => {
    const canvas = { width: 3, height: 4 };
    new Canvases().reset({ canvas }, 5, 6);
    expect(canvas).toEqual({ width: 5, height: 6 });
  });
});
