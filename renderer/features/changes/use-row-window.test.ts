import { expect, test } from "vitest";
import { rowsOf, slotsFor } from "./use-row-window.js";

const NONE = { first: 0, end: 0, base: 0, size: 1 };

test("a row that stays in the page keeps its element while one scrolls, and the others take those that are free", () => {
  const before = slotsFor(NONE, 100, 110);
  const after = slotsFor(before, 103, 113);
  const old = new Map(rowsOf(before, []).map(({ row, key }) => [row, key]));
  const now = rowsOf(after, []);
  for (const { row, key } of now) if (row < 110) expect(key).toBe(old.get(row));
  expect(new Set(now.map(({ key }) => key))).toEqual(new Set(old.values()));
  // Backwards, too, beyond where it began.
  const back = rowsOf(slotsFor(after, 95, 105), []);
  expect(back.find(({ row }) => row === 104)?.key).toBe(now.find(({ row }) => row === 104)?.key);
  expect(new Set(back.map(({ key }) => key)).size).toBe(10);
});

test("elsewhere all elements are used again, in their order", () => {
  const before = slotsFor(NONE, 103, 113);
  const far = slotsFor(before, 50_000, 50_009);
  expect(rowsOf(far, []).map(({ key }) => key)).toEqual(
    rowsOf(before, [])
      .slice(0, 9)
      .map(({ key }) => key),
  );
});

test("rows that are kept come after those in sight, once each", () => {
  const slots = slotsFor(NONE, 10, 12);
  expect(rowsOf(slots, [-1, 3, 11, 3]).map(({ row }) => row)).toEqual([10, 11, 3]);
});
