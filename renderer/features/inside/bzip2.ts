// Unpacks bzip2 files. The decoder is seek-bzip's, which unpacks in one go: what goes in is read whole, what comes out is
// kept up to a limit.
import Bunzip from "@openpgp/seek-bzip";
import { Damaged, inPieces, type Input, TooMuch } from "./input.js";

const PACKED_LIMIT = 64 * 1024 * 1024;
const PLAIN_LIMIT = 128 * 1024 * 1024;
const PART = 1024 * 1024;

/** Yields the plain bytes; where there are too many, the first of them, and then fails with TooMuch. */
export async function* unbzip2(input: Input): AsyncGenerator<Uint8Array> {
  if (input.size > PACKED_LIMIT) throw new TooMuch("content");
  const packed = await inPieces(input, 0, input.size);
  const plain = new Plain();
  let failed: unknown;
  try {
    Bunzip.decode(new Packed(packed), plain, true);
  } catch (thrown) {
    failed = thrown instanceof TooMuch ? thrown : new Damaged("packedData");
  }
  yield* plain.parts();
  if (failed !== undefined) throw failed;
}

class Packed {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  readByte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Damaged("early");
    return byte;
  }

  read(into: Uint8Array, at: number, length: number): number {
    for (let n = 0; n < length; n++) into[at + n] = this.readByte();
    return length;
  }

  eof(): boolean {
    return this.at >= this.bytes.length;
  }
}

class Plain {
  private readonly full: Uint8Array[] = [];
  private part = new Uint8Array(PART);
  private used = 0;

  writeByte(byte: number): void {
    if (this.used === PART) {
      this.full.push(this.part);
      if (this.full.length * PART >= PLAIN_LIMIT) throw new TooMuch("content");
      this.part = new Uint8Array(PART);
      this.used = 0;
    }
    this.part[this.used++] = byte;
  }

  *parts(): Generator<Uint8Array> {
    yield* this.full;
    yield this.part.subarray(0, this.used);
  }
}
