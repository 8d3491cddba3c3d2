// A file from beginning to end, a part at a time: plain, or unpacked on the way. What comes out is bounded, however
// little goes in.
import { Gunzip, Unzlib } from "fflate";
import { Decompress } from "fzstd";
import { unbzip2 } from "./bzip2.js";
import { exactly, Damaged, type Input, TooMuch } from "./input.js";
import { unxz } from "./xz.js";

/** The most bytes that unpacking may give: what a zip bomb gets. */
const UNPACKED_LIMIT = 256 * 1024 * 1024;
const STEP = 1024 * 1024;
/** Unpackers get little at a time: a few bytes may stand for a thousand times as many. */
const SIP = 8 * 1024;
/** The most that one sip may give. */
const GULP_LIMIT = 64 * 1024 * 1024;
const WINDOW_LIMIT = 128 * 1024 * 1024;

export type Packing = "bzip2" | "gzip" | "xz" | "zstd";

/** Tells how a file is packed from how it begins; undefined: not in a way that is unpacked here. */
export function packingOf(head: Uint8Array): Packing | undefined {
  const begins = (...magic: number[]): boolean => magic.every((byte, at) => head[at] === byte);
  if (begins(0x1f, 0x8b)) return "gzip";
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return "xz";
  if (begins(0x42, 0x5a, 0x68)) return "bzip2";
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return "zstd";
  return undefined;
}

/** Yields the plain bytes of a file; fails with TooMuch when there are too many. */
export async function* unpacked(input: Input, packing: Packing | undefined): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const part of parts(input, packing)) {
    total += part.length;
    if (total > UNPACKED_LIMIT) throw new TooMuch("content");
    yield part;
  }
}

function parts(input: Input, packing: Packing | undefined): AsyncGenerator<Uint8Array> {
  switch (packing) {
    case undefined:
      return plain(input);
    case "bzip2":
      return unbzip2(input);
    case "gzip":
      return inflated(input, "gzip");
    case "xz":
      return unxz(input);
    case "zstd":
      return unzstd(input);
  }
}

async function* plain(input: Input): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.size;) {
    const part = await input.read(at, STEP);
    if (part.length === 0) return;
    at += part.length;
    yield part;
  }
}

async function* sips(input: Input): AsyncGenerator<Uint8Array> {
  for await (const part of plain(input))
    for (let at = 0; at < part.length; at += SIP) yield part.slice(at, at + SIP);
}

/** A decoder that is pushed bytes and gives others back by its handler. */
interface Decoder {
  push(bytes: Uint8Array, final?: boolean): void;
}

/** Unpacks a gzip file of any number of members, or a bare zlib stream, as PDF has them. */
export function inflated(input: Input, format: "gzip" | "zlib"): AsyncGenerator<Uint8Array> {
  return decoded(input, (give) => (format === "gzip" ? new Gunzip(give) : new Unzlib(give)));
}

async function* unzstd(input: Input): AsyncGenerator<Uint8Array> {
  await refuseLargeWindow(input);
  yield* decoded(input, (give) => new Decompress(give));
}

async function* decoded(
  input: Input,
  make: (give: (part: Uint8Array) => void) => Decoder,
): AsyncGenerator<Uint8Array> {
  let out: Uint8Array[] = [];
  let size = 0;
  const decoder = make((part) => {
    out.push(part);
    size += part.length;
    if (size > GULP_LIMIT) throw new TooMuch("content");
  });
  let at = 0;
  for await (const sip of sips(input)) {
    at += sip.length;
    try {
      decoder.push(sip, at >= input.size);
    } catch (thrown) {
      if (thrown instanceof TooMuch) throw thrown;
      throw new Damaged("packedData");
    }
    yield* out;
    out = [];
    size = 0;
  }
}

/** A zstd file says how much memory it wants: a window, or room for all of its content. */
async function refuseLargeWindow(input: Input): Promise<void> {
  const head = await exactly(input, 0, Math.min(18, input.size));
  const descriptor = head.u8(4);
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (single ? 0 : 1) + dictionary;
  const kind = descriptor >> 6;
  const wanted = !single
    ? 2 ** ((head.u8(5) >> 3) + 10) * 2
    : kind === 0
      ? head.u8(at)
      : kind === 1
        ? head.u16(at) + 256
        : kind === 2
          ? head.u32(at)
          : head.u64(at);
  if (wanted > WINDOW_LIMIT) throw new TooMuch("memory");
}
