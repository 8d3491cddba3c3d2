// A flood is gathered into batches and the source is paused until the receiver has caught up.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FloodGate } from "./flood-gate.js";

const KIB = 1024;

function gate(): { gate: FloodGate; sent: Uint8Array[]; calls: string[] } {
  const sent: Uint8Array[] = [];
  const calls: string[] = [];
  const flood = new FloodGate({
    deliver: (batch) => void sent.push(batch),
    pause: () => void calls.push("pause"),
    resume: () => void calls.push("resume"),
  });
  return { gate: flood, sent, calls };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("FloodGate", () => {
  test("gathers what comes within a frame into one batch, in order", () => {
    const { gate: flood, sent } = gate();
    flood.push(Buffer.from("a"));
    flood.push(Buffer.from("b"));
    expect(sent).toHaveLength(0);
    vi.runAllTimers();
    expect(sent.map(String)).toEqual(["ab"]);
  });

  test("sends a large batch at once", () => {
    const { gate: flood, sent } = gate();
    flood.push(Buffer.alloc(64 * KIB));
    expect(sent).toHaveLength(1);
  });

  test("pauses once above the mark and resumes once below the other", () => {
    const { gate: flood, sent, calls } = gate();
    for (let index = 0; index < 20; index += 1) flood.push(Buffer.alloc(64 * KIB));
    expect(calls).toEqual(["pause"]);
    for (const batch of sent) flood.seen(batch.length);
    expect(calls).toEqual(["pause", "resume"]);
  });

  test("more bytes seen than were sent do not open it for more", () => {
    const { gate: flood, calls } = gate();
    flood.seen(100 * KIB * KIB);
    for (let index = 0; index < 9; index += 1) flood.push(Buffer.alloc(64 * KIB));
    expect(calls).toEqual(["pause"]);
  });
});
