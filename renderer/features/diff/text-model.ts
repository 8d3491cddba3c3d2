// Makes two texts fit to be compared and shown: quick whatever they hold, with nothing hidden in them. Pure.
import { UNSEEN } from "../../../protocol/src/escape.js";
import { TEXTS } from "../../../texts/diff.js";
import { formatCount } from "../../../texts/format.js";
import { escapeText } from "../../ui/escape.js";

/** Characters of a line that are shown; the rest is only counted. */
export const LINE_LIMIT = 2000;
/** Equal lines that are kept around what differs. */
const CONTEXT = 100;
/** More edits than this are not lined up. */
const EDIT_LIMIT = 2000;
/** Lines times edits: what the diff view goes through to find what to fold. */
const FOLD_LIMIT = 50_000_000;

const CR = 13;

/** What could hide or turn text; tab and line feed are laid out, and a picture sign may ask to be drawn as one. */
const HIDDEN = new RegExp(
  String.raw`(?!(?<=\p{Extended_Pictographic})\ufe0f)[\u0000-\u0008\u000b-\u001f\u007f-\u009f${UNSEEN}]`,
  "gu",
);

/** Tells whether a box that shows a text as it is would hide or turn some of it. */
export function hidesSomething(text: string): boolean {
  return text.search(HIDDEN) !== -1;
}

/** How the lines of a text end: as on Windows, as everywhere else, or not at all where there is but one. */
export type LineEnds = "windows" | "unix" | "none";

/** Returns how most lines of a text end. */
export function lineEnds(text: string): LineEnds {
  let [all, windows] = [0, 0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    all += 1;
    if (text.charCodeAt(at - 1) === CR) windows += 1;
  }
  if (all === 0) return "none";
  return windows * 2 > all ? "windows" : "unix";
}

/** Returns the text's lines, long ones cut, with hidden characters made visible. Ends of lines are shown where they are not like most. */
export function showLines(text: string): string[] {
  return split(text).map(({ line, end }) => showLine(line, end));
}

/** Returns the lines of two texts that are to be compared: cut lines look different where what is cut off is different. */
export function showBoth(before: string, after: string): [before: string[], after: string[]] {
  const numbers = new Map<string, number>();
  const counts = new Map<string, number>();
  const show = ({ line, end }: Line): string => {
    const shown = showLine(line, end);
    if (line.length <= LINE_LIMIT) return shown;
    const whole = line + end;
    const known = numbers.get(whole);
    const number = known ?? (counts.get(shown) ?? 0) + 1;
    if (known === undefined) {
      numbers.set(whole, number);
      counts.set(shown, number);
    }
    return number === 1 ? shown : shown + TEXTS.otherCutLine(number);
  };
  return [split(before).map(show), split(after).map(show)];
}

interface Line {
  line: string;
  /** What ends it, where most others end otherwise. */
  end: string;
}

function split(text: string): Line[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const ends = lineEnds(text);
  const all = lines.map((line) => {
    const isWindows = line.endsWith("\r");
    const end = isWindows === (ends === "windows") ? "" : isWindows ? "\r" : "\n";
    return { line: isWindows ? line.slice(0, -1) : line, end };
  });
  // A last line feed ends the last line; it does not begin another one.
  return last === "" ? all : [...all, { line: last, end: "" }];
}

function showLine(line: string, end: string): string {
  const cut = line.slice(0, LINE_LIMIT).replace(HIDDEN, visible);
  const more = line.length > LINE_LIMIT ? TEXTS.cutLine(formatCount(line.length - LINE_LIMIT)) : "";
  return cut + more + (end === "" ? "" : visible(end));
}

/** A hidden character as names show it, in marks that say that it does not stand there like this. */
function visible(hidden: string): string {
  return `‹${escapeText(hidden)}›`;
}

/** What was read of one side, from its beginning, and the whole size in bytes. */
export interface Part {
  bytes: Uint8Array;
  size: number;
}

export type Sameness =
  /** Every byte is the same. */
  | "same"
  /** What was read is the same; at least one side goes on. */
  | "start"
  | "different";

/** Returns how far two sides are the same, byte for byte: what lines show is not enough to tell. */
export function sameness(before: Part, after: Part): Sameness {
  const left = before.bytes;
  const right = after.bytes;
  if (left.length !== right.length || left.some((byte, at) => byte !== right[at])) return "different";
  return before.size === left.length && after.size === right.length ? "same" : "start";
}

export type Comparison =
  /** The same lines as shown; the bytes behind them may differ. */
  | { kind: "alike" }
  /** Texts to compare, and how many equal lines before them were left away. */
  | { kind: "diff"; before: string; after: string; skipped: number }
  /** Too different to line up in a reasonable time. */
  | { kind: "apart" };

/** Returns what is worth comparing of two texts. */
export function compare(before: readonly string[], after: readonly string[]): Comparison {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start++;
  if (start === before.length && start === after.length) return { kind: "alike" };
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;

  const skipped = Math.max(0, start - CONTEXT);
  const kept = Math.max(0, end - CONTEXT);
  const left = before.slice(skipped, before.length - kept);
  const right = after.slice(skipped, after.length - kept);
  const edits = countEdits(left, right, EDIT_LIMIT);
  if (edits === undefined || edits * Math.max(left.length, right.length) > FOLD_LIMIT)
    return { kind: "apart" };
  return { kind: "diff", before: left.join("\n"), after: right.join("\n"), skipped };
}

/** Returns how many lines must be removed and added (Myers); undefined when more than `limit`. */
export function countEdits(
  before: readonly string[],
  after: readonly string[],
  limit: number,
): number | undefined {
  const numbers = new Map<string, number>();
  const number = (line: string): number => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  };
  const left = Int32Array.from(before, number);
  const right = Int32Array.from(after, number);
  const most = Math.min(limit, left.length + right.length);
  const furthest = new Int32Array(2 * most + 3);
  const middle = most + 1;
  for (let edits = 0; edits <= most; edits++) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const above = furthest[middle + diagonal + 1]!;
      const beside = furthest[middle + diagonal - 1]!;
      let x = diagonal === -edits || (diagonal !== edits && beside < above) ? above : beside + 1;
      let y = x - diagonal;
      while (x < left.length && y < right.length && left[x] === right[y]) {
        x++;
        y++;
      }
      furthest[middle + diagonal] = x;
      if (x >= left.length && y >= right.length) return edits;
    }
  }
  return undefined;
}
