// A part of a file that is read in pieces.
import { expect, test } from "vitest";
import { Damaged, inPieces, inputOf } from "./input.js";

const MB = 1024 * 1024;

test("a large part is read in pieces of a megabyte, and is whole", async () => {
  const bytes = Uint8Array.from({ length: 3 * MB + 7 }, (_, at) => (at * 31) % 251);
  const whole = inputOf(bytes);
  const asked: number[] = [];
  const input = {
    size: whole.size,
    read: (offset: number, length: number) => (asked.push(length), whole.read(offset, length)),
  };
  const part = await inPieces(input, 5, bytes.length - 5);
  expect(part.every((byte, at) => byte === bytes[at + 5])).toBe(true);
  expect(asked).toEqual([MB, MB, MB, 2]);
});

test("a part that lies beyond the end is none", async () => {
  await expect(inPieces(inputOf(new Uint8Array(10)), 5, 6)).rejects.toThrow(Damaged);
});
