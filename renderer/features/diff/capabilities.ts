// Reads `security.capability`, as the kernel writes it, into words. Pure.
import { CAPABILITIES, TEXTS } from "../../../texts/capabilities.js";

/** The attribute's name. */
export const CAPABILITY = "security.capability";

/** How many words of 32 bits each version has for a set. */
const WORDS: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 2 };

/** Returns what a file's capabilities allow; null when the bytes mean nothing. */
export function capabilityWords(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) return null;
  const head = view.getUint32(0, true);
  const words = WORDS[head >>> 24];
  if (words === undefined || bytes.length < 4 + words * 8) return null;
  const rights: string[] = [];
  for (let number = 0; number < words * 32; number++) {
    const permitted = view.getUint32(4 + (number >>> 5) * 8, true);
    const bit = 1 << (number & 31);
    if ((permitted & bit) !== 0) rights.push(CAPABILITIES[number] ?? TEXTS.other(number));
  }
  if (rights.length === 0) return null;
  const said = rights.join(", ");
  // Without the mark the program has to ask for them itself.
  return (head & 1) === 0 ? TEXTS.asked(said) : said;
}
