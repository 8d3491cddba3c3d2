// The parts of a long text: borders lie near fixed places of the file, between two lines, else between two characters. Pure.
import type { Encoding } from "./encoding-model.js";

/** So far apart are the borders, in bytes. */
const PART_BYTES = 256 * 1024;
/** A line that begins before a border is read on so far behind it; a longer one is cut. */
const AHEAD = 64 * 1024;
/** Before a border so much is looked at: the end of the line before. */
const BACK = 2;

const NEWLINE = 0x0a;

/** Returns which bytes are to be read for a part, the first one being 0. */
export function partRange(part: number): { offset: number; length: number } {
  const offset = Math.max(0, part * PART_BYTES - BACK);
  return { offset, length: (part + 1) * PART_BYTES + AHEAD - offset };
}

/** Returns how many parts a file of this size has. */
export function partCount(size: number): number {
  return Math.max(1, Math.ceil(size / PART_BYTES));
}

/** Returns what of the bytes that were read for a part belongs to it, and whether the file ends with it. */
export function cutPart(
  bytes: Uint8Array,
  part: number,
  size: number,
  encoding: Encoding,
): { bytes: Uint8Array; isLast: boolean } {
  const { offset } = partRange(part);
  const start = part === 0 ? 0 : borderOf(bytes, part * PART_BYTES - offset, encoding);
  const next = (part + 1) * PART_BYTES - offset;
  const end = next >= bytes.length ? bytes.length : borderOf(bytes, next, encoding);
  return { bytes: bytes.subarray(start, end), isLast: offset + end >= size };
}

/** Returns the first place at or behind this one where a line begins; else, where a character does. */
function borderOf(bytes: Uint8Array, place: number, encoding: Encoding): number {
  const wide = encoding === "utf-16le" ? 1 : encoding === "utf-16be" ? 0 : undefined;
  const limit = Math.min(bytes.length, place + AHEAD);
  if (wide === undefined) {
    const newline = bytes.subarray(0, limit).indexOf(NEWLINE, place - 1);
    if (newline !== -1) return newline + 1;
    const isInside = (at: number): boolean => encoding === "utf-8" && (bytes[at] ?? 0) >> 6 === 0b10;
    let at = place;
    while (at < place + 3 && isInside(at)) at += 1;
    return at;
  }
  for (let at = place - 2; at + 1 < limit; at += 2) {
    if (bytes[at + 1 - wide] === NEWLINE && bytes[at + wide] === 0) return at + 2;
  }
  // The second half of a pair goes with the first one.
  return ((bytes[place + wide] ?? 0) & 0xfc) === 0xdc ? place + 2 : place;
}
