// How bytes are read as text: a guess from the bytes, or what the person chose. Pure.
import { ENCODINGS } from "../../../texts/encodings.js";

export type Encoding = keyof typeof ENCODINGS;

/** A guess looks at no more than this, in bytes. */
export const SAMPLE = 64 * 1024;
/** Syllables that Japanese text cannot do without, and that other encodings hardly give by chance. */
const KANA = /[\u3040-\u30ff]/gu;

/** Tells whether a text is an encoding that can be chosen. */
export function isEncoding(name: string): name is Encoding {
  return name in ENCODINGS;
}

/** Returns the encoding that the beginning of a text most likely has. */
export function guessEncoding(bytes: Uint8Array): Encoding {
  const sample = bytes.subarray(0, SAMPLE);
  if (sample[0] === 0xff && sample[1] === 0xfe) return "utf-16le";
  if (sample[0] === 0xfe && sample[1] === 0xff) return "utf-16be";
  const wide = guessWide(sample);
  if (wide !== undefined) return wide;
  if (strictly(sample, "utf-8") !== undefined) return hasEscapes(sample) ? "iso-2022-jp" : "utf-8";
  for (const name of ["shift_jis", "euc-jp"] as const) {
    const text = strictly(sample, name);
    if (text !== undefined && (text.match(KANA)?.length ?? 0) > sample.length / 50) return name;
  }
  return "windows-1252";
}

/**
 * Returns the text. Bytes that mean nothing in the encoding become U+FFFD; a byte order mark is no part of it. Where the
 * bytes go on, a last character that is cut off is left out.
 */
export function decodeText(bytes: Uint8Array, encoding: Encoding, goesOn = false): string {
  return new TextDecoder(encoding).decode(bytes, { stream: goesOn });
}

/** UTF-16 without a mark: of most letters one byte is zero, always the same one. */
function guessWide(sample: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (sample.length < 4) return undefined;
  const zeros: [even: number, odd: number] = [0, 0];
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) zeros[at % 2]! += 1;
  const half = sample.length / 2;
  if (zeros[1] > half / 2 && zeros[0] < half / 20) return "utf-16le";
  if (zeros[0] > half / 2 && zeros[1] < half / 20) return "utf-16be";
  return undefined;
}

/** Seven-bit Japanese switches between its tables by escape sequences. */
function hasEscapes(sample: Uint8Array): boolean {
  for (let at = sample.indexOf(0x1b); at !== -1; at = sample.indexOf(0x1b, at + 1))
    if (sample[at + 1] === 0x24 && (sample[at + 2] === 0x42 || sample[at + 2] === 0x40)) return true;
  return false;
}

/** Returns the text when every byte of it means something; the last character may be cut off. */
function strictly(sample: Uint8Array, encoding: Encoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true });
  } catch {
    return undefined;
  }
}
