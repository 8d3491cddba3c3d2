// Unpacks the beginning of a Brotli stream. The decoder is brotli.js's; what comes out is kept up to where it is wanted, and then
// no more is unpacked.
import { BrotliDecompress } from "brotli/dec/decode.js";
import { Damaged } from "./input.js";

/** Returns the first `size` bytes, or all when there are less. */
export function unbrotli(packed: Uint8Array, size: number): Uint8Array {
  const beginning = new Beginning(size);
  try {
    BrotliDecompress(new Packed(packed), beginning);
  } catch (thrown) {
    if (!(thrown instanceof Enough)) throw new Damaged("packedData");
  }
  return beginning.bytes();
}

/** Ends the decoder where nothing more is wanted. */
class Enough extends Error {}

class Packed {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  read(into: Uint8Array, at: number, length: number): number {
    const part = this.bytes.subarray(this.at, this.at + length);
    into.set(part, at);
    this.at += part.length;
    return part.length;
  }
}

class Beginning {
  /** The decoder makes room where this seems too small: never, for what is kept is bounded here. */
  readonly buffer = { length: Number.POSITIVE_INFINITY };
  private readonly kept: Uint8Array;
  private used = 0;

  constructor(size: number) {
    this.kept = new Uint8Array(size);
  }

  write(bytes: Uint8Array, length: number): void {
    const part = bytes.subarray(0, Math.min(length, this.kept.length - this.used));
    this.kept.set(part, this.used);
    this.used += part.length;
    if (this.used === this.kept.length) throw new Enough();
  }

  bytes(): Uint8Array {
    return this.kept.subarray(0, this.used);
  }
}
