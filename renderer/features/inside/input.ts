// A file as parsers read it: any part of it, never beyond what they may read. Numbers in it are read within bounds, so
// that a hostile file ends in an error and not in nonsense.
import { DAMAGE, type Damage, EXCESS, type Excess } from "../../../texts/formats.js";

/** The file is damaged, or not what it begins like. A reader that is not ours says why in its own words. */
export class Damaged extends Error {
  constructor(damage: Damage | { said: string }) {
    super(typeof damage === "string" ? DAMAGE[damage] : shortened(damage.said));
  }
}
/** The file asks for more than a look inside may cost. */
export class TooMuch extends Error {
  constructor(excess: Excess) {
    super(EXCESS[excess]);
  }
}
/** Nobody reads the file without a password. */
export class Locked extends Error {}

export interface Input {
  readonly size: number;
  /** Returns up to `length` bytes from `offset`: fewer only where the file ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The most that one read may ask for. */
export const READ_LIMIT = 8 * 1024 * 1024;

/** Readers quote the file, in full: nobody reads more than this of why there is nothing to see. */
const SAID_LIMIT = 200;

/** Returns what a reader said, as far as a page has room for it. */
export function shortened(said: string): string {
  return said.length > SAID_LIMIT ? `${said.slice(0, SAID_LIMIT)}…` : said;
}

/** Returns exactly this part of the file. */
export async function exactly(input: Input, offset: number, length: number): Promise<Block> {
  if (length > READ_LIMIT) throw new TooMuch("part");
  if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > input.size)
    throw new Damaged("outside");
  const bytes = await input.read(offset, length);
  if (bytes.length !== length) throw new Damaged("early");
  return new Block(bytes);
}

/** What is read in pieces is read in such ones. */
const PIECE = 1024 * 1024;

/** Returns exactly this part of the file, however large: read in pieces, so that nobody else holds more than one of them. */
export async function inPieces(input: Input, offset: number, length: number): Promise<Uint8Array> {
  const whole = new Uint8Array(length);
  for (let at = 0; at < length; at += PIECE)
    whole.set((await exactly(input, offset + at, Math.min(PIECE, length - at))).bytes, at);
  return whole;
}

/** Bytes with numbers and texts in them. */
export class Block {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly little = true,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    return this.inside(at, 1) && this.view.getUint8(at);
  }

  u16(at: number): number {
    return this.inside(at, 2) && this.view.getUint16(at, this.little);
  }

  u32(at: number): number {
    return this.inside(at, 4) && this.view.getUint32(at, this.little);
  }

  i32(at: number): number {
    return this.inside(at, 4) && this.view.getInt32(at, this.little);
  }

  /** A 64-bit number; one that a file cannot mean is an error. */
  u64(at: number): number {
    const value = this.inside(at, 8) && this.view.getBigUint64(at, this.little);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Damaged("largeNumber");
    return Number(value);
  }

  slice(at: number, length: number): Uint8Array {
    this.inside(at, length);
    return this.bytes.subarray(at, at + length);
  }

  /** UTF-8 text; what is none is replaced. */
  text(at: number, length: number): string {
    return utf8(this.slice(at, length));
  }

  /** Text up to a NUL, or to the end. */
  cString(at: number, most = this.length): string {
    if (at < 0 || at > this.length) throw new Damaged("outsideText");
    const limit = Math.min(this.length, at + most);
    const end = this.bytes.subarray(at, limit).indexOf(0);
    return utf8(this.bytes.subarray(at, end === -1 ? limit : at + end));
  }

  /** Always truthy, so that readers can go on with it. */
  private inside(at: number, length: number): 1 {
    if (!Number.isSafeInteger(at) || at < 0 || length < 0 || at + length > this.bytes.length)
      throw new Damaged("outside");
    return 1;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Returns what a part of another file holds, as a file of its own. */
export function partOf(input: Input, start: number, size: number): Input {
  if (start < 0 || size < 0 || start + size > input.size) throw new Damaged("outside");
  return {
    size,
    read: (offset, length) =>
      input.read(start + Math.min(offset, size), Math.max(0, Math.min(length, size - offset))),
  };
}

/** Returns bytes at hand as a file. */
export function inputOf(bytes: Uint8Array): Input {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}
