// Lines cut from chunks: split, joined, oversized.
import { describe, expect, test } from "vitest";
import { LineReader } from "./framing.js";

interface Reading {
  lines: string[];
  tooLong: () => number;
  push: (text: string | Buffer) => void;
}

function reader(limit = 100): Reading {
  const lines: string[] = [];
  let tooLong = 0;
  const inner = new LineReader(
    limit,
    (line) => lines.push(line),
    () => (tooLong += 1),
  );
  return { lines, tooLong: () => tooLong, push: (text) => inner.push(Buffer.from(text)) };
}

describe("LineReader", () => {
  test("joins a line that comes in pieces, byte by byte", () => {
    const { lines, push } = reader();
    for (const byte of Buffer.from("grüße\nb")) push(Buffer.from([byte]));
    expect(lines).toEqual(["grüße"]);
    push("c\n");
    expect(lines).toEqual(["grüße", "bc"]);
  });

  test("cuts a chunk that holds several lines, empty ones too", () => {
    const { lines, push } = reader();
    push("a\n\nb\nc");
    expect(lines).toEqual(["a", "", "b"]);
  });

  test("takes a line of exactly the limit", () => {
    const { lines, push, tooLong } = reader(4);
    push("abcd\n");
    expect(lines).toEqual(["abcd"]);
    expect(tooLong()).toBe(0);
  });

  test("refuses a longer line once, whether it ends or not, and reads nothing after it", () => {
    for (const flood of ["abcde\nok\n", "abcde"]) {
      const { lines, push, tooLong } = reader(4);
      push("ok\n");
      push(flood);
      push("\nlater\n");
      expect(lines).toEqual(["ok"]);
      expect(tooLong()).toBe(1);
    }
  });

  test("counts the pieces of a line together", () => {
    const { push, tooLong } = reader(4);
    push("abc");
    push("de");
    expect(tooLong()).toBe(1);
  });
});
