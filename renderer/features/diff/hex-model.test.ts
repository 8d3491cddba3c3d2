import { describe, expect, it } from "vitest";
import {
  bytesWidth,
  clampRow,
  geometry,
  hexRow,
  NARROW_BYTES,
  offsetDigits,
  parseOffset,
  rowAt,
  rowCount,
  rowWidth,
  topOf,
} from "./hex-model.js";

describe("hex view", () => {
  it("writes rows", () => {
    expect(hexRow(16, new Uint8Array([0, 0x41, 0x7f, 0xff]), 8)).toEqual({
      offset: "00000010",
      bytes: ["00", "41", "7f", "ff"],
      text: "·A··",
    });
    expect(offsetDigits(5e9)).toBe(9);
    expect(offsetDigits(0)).toBe(8);
    expect(rowCount(17)).toBe(2);
    expect(rowCount(17, NARROW_BYTES)).toBe(3);
  });

  it("has rows as wide as what is written in them", () => {
    const bytes = "00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f ";
    expect(bytesWidth(16)).toBe(bytes.length);
    expect(bytesWidth(NARROW_BYTES)).toBe("00 01 02 03 04 05 06 07 ".length);
    expect(rowWidth(9, 16)).toBe(`00000000  ${bytes} 0123456789abcdef`.length);
  });

  it("reaches every row of a small file pixel by pixel", () => {
    const view = geometry(100, 400);
    expect(view).toEqual({ height: 2000, fit: 20, rows: 100, scaled: false });
    for (let row = 0; row <= 80; row++) expect(rowAt(topOf(row, 400, view), 400, view)).toBe(row);
  });

  it("reaches both ends of a file of 5\u00a0GB", () => {
    const view = geometry(rowCount(5e9), 400);
    expect(view.scaled).toBe(true);
    expect(rowAt(0, 400, view)).toBe(0);
    expect(rowAt(view.height - 400, 400, view)).toBe(rowCount(5e9) - 20);
    expect(clampRow(1e12, view)).toBe(rowCount(5e9) - 20);
    expect(clampRow(-3, view)).toBe(0);
    const middle = 123_456_789;
    expect(Math.abs(rowAt(topOf(middle, 400, view), 400, view) - middle)).toBeLessThanOrEqual(1);
  });

  it("understands offsets as they are typed", () => {
    expect(parseOffset("ff")).toBe(255);
    expect(parseOffset(" 0x10 ")).toBe(16);
    expect(parseOffset("#10")).toBe(10);
    expect(parseOffset("xyz")).toBeUndefined();
    expect(parseOffset("")).toBeUndefined();
  });
});
