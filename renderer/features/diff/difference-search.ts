// Looks for the next or last place where two versions of a file differ, part by part, so that their size does not matter.
// Knows no screen. A place is a row of bytes; rows that differ one after the other are one place, and the first of them counts.
import type { Outcome } from "../../../protocol/src/bridge.js";
import { ROW_BYTES } from "./hex-model.js";

const PART_ROWS = (1024 * 1024) / ROW_BYTES;

type Read = (offset: number, length: number) => Promise<Outcome<{ bytes: Uint8Array }>>;

export interface Versions {
  read: readonly [Read, Read];
  /** Rows of the longer one. */
  rows: number;
}

export interface Search {
  /** Looks on from here, this row included; back, from the row before it. */
  from: number;
  direction: 1 | -1;
  /** Whether the row in hand differs: then its place is the one that is left. */
  leaving: boolean;
}

/** Returns the row where the next place begins; null: there is none. `tell` hears how far it is, and ends the search by false. */
export async function findDifference(
  versions: Versions,
  { from, direction, leaving }: Search,
  tell: (row: number) => boolean,
): Promise<Outcome<number | null>> {
  const { read, rows } = versions;
  let skipping = leaving && direction === 1;
  /** Back, the row of the place that was met; its beginning is looked for. */
  let met: number | null = null;
  for (let at = from; direction === 1 ? at < rows : at > 0;) {
    if (!tell(at)) return { ok: true, value: null };
    const start = direction === 1 ? at : Math.max(0, at - PART_ROWS);
    const end = direction === 1 ? Math.min(rows, at + PART_ROWS) : at;
    const range = [start * ROW_BYTES, (end - start) * ROW_BYTES] as const;
    const [left, right] = await Promise.all([read[0](...range), read[1](...range)]);
    if (!left.ok) return left;
    if (!right.ok) return right;
    for (let row = 0; row < end - start; row++) {
      const here = direction === 1 ? row : end - start - 1 - row;
      const differs = rowDiffers(left.value.bytes, right.value.bytes, here * ROW_BYTES);
      if (direction === 1) {
        if (differs && !skipping) return { ok: true, value: start + here };
        skipping &&= differs;
      } else if (differs) met = start + here;
      else if (met !== null) return { ok: true, value: met };
    }
    at = direction === 1 ? end : start;
  }
  return { ok: true, value: met };
}

function rowDiffers(left: Uint8Array, right: Uint8Array, start: number): boolean {
  for (let at = start; at < start + ROW_BYTES; at++) if (left[at] !== right[at]) return true;
  return false;
}
