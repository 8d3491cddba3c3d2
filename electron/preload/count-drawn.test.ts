import { expect, test } from "vitest";
import { countDrawn } from "./count-drawn.js";

const DATA = new Uint8Array(3);

test("of several listeners only the one whose terminal it is counts, and not before it has drawn", async () => {
  const seen: number[][] = [];
  const count = (terminal: number, bytes: number): void => void seen.push([terminal, bytes]);
  let draw = (_own: boolean): void => undefined;
  const drawn = new Promise<boolean>((resolve) => (draw = resolve));
  countDrawn(() => false, count)(7, DATA);
  countDrawn(() => Promise.resolve(false), count)(7, DATA);
  countDrawn(() => drawn, count)(7, DATA);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([]);
  draw(true);
  await drawn;
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([[7, 3]]);
});
