// A part of a file that is read in pieces; what a reader of it says where it fails.
import { expect, test } from "vitest";
import { Damaged, inPieces, inputOf } from "./input.js";
import { failureOf } from "./page-input.js";

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

test("what fails is told in a line, however much of the file it quotes", () => {
  const said = "x".repeat(MB);
  for (const thrown of [new Error(said), new Damaged({ said }), said])
    expect(failureOf(thrown).why).toBe(`${"x".repeat(200)}…`);
  expect(new Damaged({ said }).message).toHaveLength(201);
  expect(failureOf(new Damaged({ said: "short" })).why).toBe("short");
});
