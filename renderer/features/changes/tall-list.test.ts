import { expect, test } from "vitest";
import { heightOf, isMoved, placeOf, scrolledTo, TALLEST } from "./tall-list.js";

const ROOM = 600;

test("a list that fits is scrolled as it is", () => {
  expect(heightOf(24_000)).toBe(24_000);
  expect(placeOf(123, ROOM, 24_000)).toBe(123);
  expect(scrolledTo(123, ROOM, 24_000)).toBe(123);
});

test("of a list that is too tall both ends and every row between are reached", () => {
  // As many as the helper lists.
  const full = 2_500_000 * 24;
  expect(heightOf(full)).toBe(TALLEST);
  expect(placeOf(0, ROOM, full)).toBe(0);
  expect(placeOf(TALLEST - ROOM, ROOM, full)).toBe(full - ROOM);
  for (const row of [1, 1_398_102, 2_000_000, 2_499_975]) {
    const scrolled = Math.round(scrolledTo(row * 24, ROOM, full));
    expect(scrolled).toBeLessThanOrEqual(TALLEST - ROOM);
    expect(Math.abs(placeOf(scrolled, ROOM, full) - row * 24)).toBeLessThan(2);
  }
});

test("a list that stops being too tall is another one where it is scrolled to, as one that still is", () => {
  const scrolled = 10_000_000;
  const shift = placeOf(scrolled, ROOM, 2_500_000 * 24) - scrolled;
  expect(isMoved(500_000 * 24, shift)).toBe(true);
  expect(isMoved(2_000_000 * 24, shift)).toBe(true);
  expect(isMoved(500_000 * 24, 0)).toBe(false);
});
