import { expect, it, vi } from "vitest";
import type { Outcome } from "../../../protocol/src/bridge.js";
import { ContentLine } from "./content-line.js";

it("has one reading in hand, however often a file changes while a disk hangs, and then reads once more", async () => {
  vi.useFakeTimers();
  const open: { wanted: () => boolean; end: (outcome: Outcome<number>) => void }[] = [];
  const told: number[] = [];
  const line = new ContentLine<number>(
    (wanted) => new Promise((end) => open.push({ wanted, end })),
    (outcome) => told.push(outcome.ok ? outcome.value : -1),
  );
  for (let news = 0; news < 50; news++) line.want();
  expect(open.length).toBe(1);
  open[0]!.end({ ok: true, value: 1 });
  await vi.runAllTimersAsync();
  expect([open.length, told]).toEqual([2, [1]]);
  line.close();
  expect(open[1]!.wanted()).toBe(false);
  open[1]!.end({ ok: true, value: 2 });
  await vi.runAllTimersAsync();
  expect([open.length, told]).toEqual([2, [1]]);
  vi.useRealTimers();
});
