// Paths as the tree keeps them: a list of parts. A part is text when its bytes are UTF-8; otherwise it is "\0"
// and one character a byte, so that different bytes never share a part.
import type { PathRef } from "../../../protocol/src/path.js";
import { decodeBase64, encodeBase64, escapeBytes, escapeText } from "../../ui/escape.js";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Returns the parts of a host path, from the root down; none for the root. */
export function pathParts(ref: PathRef): string[] {
  if (ref.path_bytes === undefined) return ref.path.split("/").filter((part) => part !== "");
  const bytes = decodeBase64(ref.path_bytes);
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== 0x2f) continue;
    if (at > start) parts.push(partOf(bytes.subarray(start, at)));
    start = at + 1;
  }
  return parts;
}

/** Returns the wire form of the path with these parts. */
export function partsToRef(parts: readonly string[]): PathRef {
  if (!parts.some((part) => part.startsWith("\0"))) return { path: `/${parts.join("/")}` };
  const bytes: number[] = [];
  for (const part of parts) bytes.push(0x2f, ...bytesOf(part));
  const array = Uint8Array.from(bytes);
  return { path: lossy.decode(array), path_bytes: encodeBase64(array) };
}

/** Returns a part as it is shown. */
export function displayPart(part: string): string {
  return part.startsWith("\0") ? escapeBytes(bytesOf(part)) : escapeText(part);
}

/** Returns a path as it is shown, short where it lies in the person's own home. */
export function homeward(path: string, home: string | undefined): string {
  if (home === undefined || home === "/" || home === "") return path;
  return path === home ? "~" : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** Returns where a path's folders begin, and the rest of them: with little room the rest is cut from its left. */
export function splitChain(chain: string): [start: string, middle: string] {
  const end = chain.indexOf("/", 1) + 1;
  return [chain.slice(0, end), chain.slice(end)];
}

function partOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return `\0${Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")}`;
  }
}

function bytesOf(part: string): Uint8Array {
  if (!part.startsWith("\0")) return encoder.encode(part);
  return Uint8Array.from(part.slice(1), (c) => c.charCodeAt(0));
}
