// Bytes as a hex view writes them, and where its scroll bar stands in files of any size. Pure.

/** Places are counted in rows of so many bytes, whatever there is room for. */
export const ROW_BYTES = 16;
/** Where there is no room for them, a row has half as many. */
export const NARROW_BYTES = 8;
export const ROW_HEIGHT = 20;
/** Browsers cannot draw higher elements than some 33 million pixels; this is well below. */
const MAX_HEIGHT = 8_000_000;

export interface HexRow {
  offset: string;
  /** Two digits for each byte. */
  bytes: string[];
  text: string;
}

/** Returns the row that begins at `offset`; `bytes` are those of the row. */
export function hexRow(offset: number, bytes: Uint8Array, digits: number): HexRow {
  const cells: string[] = [];
  let text = "";
  for (const byte of bytes) {
    cells.push(byte.toString(16).padStart(2, "0"));
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
  }
  return { offset: offset.toString(16).padStart(digits, "0"), bytes: cells, text };
}

/** Returns how many digits the offsets of an object of this size need. */
export function offsetDigits(size: number): number {
  return Math.max(8, Math.max(0, size - 1).toString(16).length);
}

/** Returns how many rows an object of this size has. */
export function rowCount(size: number, rowBytes = ROW_BYTES): number {
  return Math.ceil(size / rowBytes);
}

/** Returns the width of a row's bytes, in characters: two digits and a gap each, and a gap after each eighth. */
export function bytesWidth(rowBytes: number): number {
  return rowBytes * 3 + Math.ceil(rowBytes / 8) - 1;
}

/** Returns the width of a whole row, in characters: its offset and a blank, its bytes and its text, and gaps between them. */
export function rowWidth(size: number, rowBytes: number): number {
  return offsetDigits(size) + 2 + bytesWidth(rowBytes) + 1 + rowBytes;
}

export interface Geometry {
  /** Height of what is scrolled, in pixels. */
  height: number;
  /** Rows that fit in sight. */
  fit: number;
  rows: number;
  /** Whether the scroll bar stands for more than its pixels. */
  scaled: boolean;
}

/** Returns the measures of a view of `rows` rows in a box of `box` pixels. */
export function geometry(rows: number, box: number): Geometry {
  const natural = rows * ROW_HEIGHT;
  return {
    height: Math.min(natural, MAX_HEIGHT),
    fit: Math.max(1, Math.floor(box / ROW_HEIGHT)),
    rows,
    scaled: natural > MAX_HEIGHT,
  };
}

/** Returns the first row in sight when the box is scrolled to `top`. */
export function rowAt(top: number, box: number, view: Geometry): number {
  if (!view.scaled) return Math.floor(top / ROW_HEIGHT);
  const part = Math.min(1, top / Math.max(1, view.height - box));
  return Math.round(part * lastFirst(view));
}

/** Returns where the box is scrolled to when `row` is the first in sight. */
export function topOf(row: number, box: number, view: Geometry): number {
  if (!view.scaled) return row * ROW_HEIGHT;
  return (row / Math.max(1, lastFirst(view))) * (view.height - box);
}

/** Returns the row nearest to `row` that can be the first in sight. */
export function clampRow(row: number, view: Geometry): number {
  return Math.max(0, Math.min(lastFirst(view), row));
}

/** Returns the offset that a person typed: hexadecimal, or decimal after "#"; undefined when it is none. */
export function parseOffset(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  const decimal = /^#(\d+)$/.exec(trimmed);
  if (decimal?.[1] !== undefined) return Number(decimal[1]);
  const hex = /^(?:0x)?([0-9a-f]+)$/.exec(trimmed);
  return hex?.[1] === undefined ? undefined : Number.parseInt(hex[1], 16);
}

function lastFirst(view: Geometry): number {
  return Math.max(0, view.rows - view.fit);
}
