import { expect, test } from "vitest";
import { rowsIn, slotsFor, type Slots } from "./use-row-window.js";

/** Returns whole numbers from the first one to before the last one. */
const range = (first: number, end: number): number[] => rowsIn(first, end, []);
const NONE: Slots = new Map();

test("a row that stays in the page keeps its element while one scrolls, and the others take those that are free", () => {
  const before = slotsFor(NONE, range(100, 110));
  const after = slotsFor(before, range(103, 113));
  for (const id of range(103, 110)) expect(after.get(id)).toBe(before.get(id));
  expect(new Set(after.values())).toEqual(new Set(before.values()));
  // Backwards, too, beyond where it began.
  const back = slotsFor(after, range(95, 105));
  expect(back.get(104)).toBe(after.get(104));
  expect(new Set(back.values())).toEqual(new Set(before.values()));
});

test("a row keeps its element when others come in above it, in sight or not, and when it goes out of sight", () => {
  const before = slotsFor(NONE, [...range(20, 30), 7]);
  const after = slotsFor(before, [90, 91, 92, ...range(20, 27), 7]);
  for (const id of [...range(20, 27), 7]) expect(after.get(id)).toBe(before.get(id));
  expect(new Set(after.values()).size).toBe(11);
  const away = slotsFor(after, [...range(40, 50), 20]);
  expect(away.get(20)).toBe(before.get(20));
  expect([...away.keys()].at(-1)).toBe(20);
});

test("elsewhere all elements are used again, in their order", () => {
  const before = slotsFor(slotsFor(NONE, range(100, 110)), range(103, 113));
  const far = slotsFor(before, range(50_000, 50_009));
  expect([...far.values()]).toEqual([...before.values()].slice(0, 9));
  // One more than there were elements gets one of its own.
  expect(new Set(slotsFor(far, range(0, 12)).values()).size).toBe(12);
});

test("rows that are kept come after those in sight, once each", () => {
  expect(rowsIn(10, 12, [-1, 3, 11, 3])).toEqual([10, 11, 3]);
});
