import { describe, expect, it } from "vitest";
import { findDifference, type Search } from "./difference-search.js";

const SIZE = 5 * 1024 * 1024 + 3;

function versions(changed: readonly number[], sizes: readonly [number, number] = [SIZE, SIZE]) {
  const sides = sizes.map((size) => new Uint8Array(size)) as [Uint8Array, Uint8Array];
  for (const at of changed) sides[1][at] = 1;
  const read = sides.map((side) => async (offset: number, length: number) => ({
    ok: true as const,
    value: { bytes: side.subarray(offset, offset + length) },
  }));
  return { read: [read[0]!, read[1]!] as const, rows: Math.ceil(Math.max(...sizes) / 16) };
}

async function walk(of: ReturnType<typeof versions>, direction: 1 | -1, start: number): Promise<number[]> {
  const found: number[] = [];
  let search: Search = { from: start, direction, leaving: false };
  for (;;) {
    const outcome = await findDifference(of, search, () => true);
    if (!outcome.ok) throw new Error(outcome.error.message);
    if (outcome.value === null) return found;
    found.push(outcome.value);
    search = { from: direction === 1 ? outcome.value + 1 : outcome.value, direction, leaving: true };
  }
}

describe("the search for differences", () => {
  // The second place goes over the end of a part.
  const part = 1024 * 1024;
  const changed = [5, part - 1, part, part + 16, 3 * part, SIZE - 1];
  const rows = [0, part / 16 - 1, (3 * part) / 16, Math.floor((SIZE - 1) / 16)];

  it("finds each place once, there and back", async () => {
    const of = versions(changed);
    expect(await walk(of, 1, 0)).toEqual(rows);
    expect(await walk(of, -1, of.rows)).toEqual(rows.toReversed());
  });

  it("finds what only one of them has", async () => {
    expect(await walk(versions([], [32, 100]), 1, 0)).toEqual([2]);
    expect(await walk(versions([]), 1, 0)).toEqual([]);
  });

  it("ends when it is told to, and says what could not be read", async () => {
    const of = versions([SIZE - 1]);
    const once = { from: 0, direction: 1, leaving: false } as const;
    expect(await findDifference(of, once, (row) => row === 0)).toEqual({ ok: true, value: null });
    const error = { code: "io", message: "m", hint: "h" } as const;
    const broken = { ...of, read: [of.read[0], async () => ({ ok: false as const, error })] as const };
    expect(await findDifference(broken, once, () => true)).toEqual({ ok: false, error });
  });
});
