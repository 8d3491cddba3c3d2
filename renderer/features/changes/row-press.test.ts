import { expect, test } from "vitest";
import { isPressed, type Press } from "./row-press.js";

const press: Press = { pointer: 1, x: 50, y: 100, id: 7, part: "choice" };

test("a press ends where it began, whatever stands there by now, or on its row, wherever that is by now", () => {
  expect(isPressed(press, { pointer: 1, x: 51, y: 98, id: 8 })).toBe(true);
  expect(isPressed(press, { pointer: 1, x: 51, y: 98 })).toBe(true);
  expect(isPressed(press, { pointer: 1, x: 90, y: 172, id: 7 })).toBe(true);
});

test("a pointer that was moved away, or another one, presses nothing", () => {
  expect(isPressed(press, { pointer: 1, x: 50, y: 120, id: 8 })).toBe(false);
  expect(isPressed(press, { pointer: 2, x: 50, y: 100, id: 7 })).toBe(false);
});
