// Reads the bytes of one side of a change, in slices, and only those that are wanted.
import type { Outcome } from "../../../protocol/src/bridge.js";
import { SLICE_LIMIT, type AnySide, type UndoSide } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import { decodeBase64 } from "../../ui/escape.js";

/** A side of a change in a session, or of a path that a commit changed. */
export type Source =
  { session: string; path: PathRef; side: AnySide } | { commit: string; path: PathRef; side: UndoSide };

export interface Bytes {
  bytes: Uint8Array<ArrayBuffer>;
  /** The whole size of the object now. */
  size: number;
}

/** Reads up to `length` bytes from `offset`; fewer only where the object ends, or when nobody waits for them any more. */
export async function readBytes(
  source: Source,
  offset: number,
  length: number,
  isWanted: () => boolean = () => true,
): Promise<Outcome<Bytes>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  let got = 0;
  while (got < length) {
    const range = { offset: offset + got, length: Math.min(SLICE_LIMIT, length - got) };
    const { path, ...whose } = source;
    const outcome = await ("commit" in whose
      ? see.undoContent({ ...whose, ...path, ...range })
      : see.content({ ...whose, ...path, ...range }));
    if (!outcome.ok) return outcome;
    const part = decodeBase64(outcome.value.data);
    parts.push(part);
    size = outcome.value.size;
    got += part.length;
    if (outcome.value.eof || part.length === 0 || !isWanted()) break;
  }
  const bytes = new Uint8Array(got);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { ok: true, value: { bytes, size } };
}
