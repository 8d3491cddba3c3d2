// Turns names that a hostile program chose into text that a person can trust on screen.
import { escapeSentence, escapeText } from "../../protocol/src/escape.js";
import type { PathRef } from "../../protocol/src/path.js";

export { escapeSentence, escapeText };

/** Returns what a person wrote, fit for the screen: its lines stay lines, and a backslash is one. */
export function escapeProse(text: string): string {
  return text.split("\n").map(escapeSentence).join("\n");
}

/** Returns the bytes as escaped text: what is not UTF-8 as `\xNN`. */
export function escapeBytes(bytes: Uint8Array): string {
  let out = "";
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      out += `\\x${(bytes[at] ?? 0).toString(16).padStart(2, "0")}`;
      at += 1;
    } else {
      out += escapeText(
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(at, at + length)),
      );
      at += length;
    }
  }
  return out;
}

/** Returns how many bytes the valid UTF-8 sequence at `at` has; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || first > 0xf4 || at + length > bytes.length) return 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** Returns the bytes that a base64 text stands for. */
export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** Returns the base64 of the bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Returns the whole path, fit for the screen. */
export function displayPath(ref: PathRef): string {
  return ref.path_bytes === undefined ? escapeText(ref.path) : escapeBytes(decodeBase64(ref.path_bytes));
}

/** Returns the command as a person would type it, on one line, fit for the screen. */
export function displayCommand(command: readonly string[]): string {
  return command.map((word) => escapeText(quoteWord(word))).join(" ");
}

/** Returns the word in single quotes when a shell would split or expand it. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
