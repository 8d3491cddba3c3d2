// The header of a 7z archive: its numbers, and which packed streams become which files. No count, and no sum of counts, is
// larger than the bits of the header, so that a hostile one costs no more than its size.
import { type Block, Damaged, TooMuch } from "../input.js";

const PACK = 0x06;
const CODERS = 0x07;
const SUBSTREAMS = 0x08;
const SIZES = 0x09;
const CHECKSUMS = 0x0a;
const FOLDER = 0x0b;
const CODER_SIZES = 0x0c;
const STREAM_COUNTS = 0x0d;
const MOST_CODERS = 32;
/** AES with a key that is made of a password. */
const AES = "6.241.7.1";

export interface Coder {
  /** The bytes of its id, with points between. */
  method: string;
  properties: Uint8Array;
}

/** What is unpacked together. */
export interface Folder {
  coders: Coder[];
  /** Bytes when unpacked. */
  size: number;
  /** Whether there is a checksum of all of it. */
  isChecked: boolean;
}

export interface Streams {
  /** Packed streams; offsets count from the end of the archive's first 32 bytes. */
  packed: { offset: number; size: number }[];
  folders: Folder[];
  /** Sizes of the files with content, in their order. */
  sizes: number[];
}

export function isEncrypted({ coders }: Folder): boolean {
  return coders.some(({ method }) => method === AES);
}

/** Goes through a header. */
export class Reader {
  constructor(
    private readonly block: Block,
    private at = 0,
    private readonly end = block.length,
  ) {}

  byte(): number {
    this.need(1);
    return this.block.u8(this.at++);
  }

  u32(): number {
    this.need(4);
    this.at += 4;
    return this.block.u32(this.at - 4);
  }

  bytes(length: number): Uint8Array {
    this.need(length);
    this.at += length;
    return this.block.slice(this.at - length, length);
  }

  /** A number of one to nine bytes: the first says how many follow. */
  number(): number {
    const first = this.byte();
    let value = 0;
    let mask = 0x80;
    for (let place = 0; place < 8; place++) {
      if ((first & mask) === 0) {
        value += (first & (mask - 1)) * 2 ** (8 * place);
        break;
      }
      value += this.byte() * 2 ** (8 * place);
      mask >>= 1;
    }
    if (!Number.isSafeInteger(value)) throw new Damaged("largeNumber");
    return value;
  }

  /** How many of something follow: never more than there are bytes. */
  count(): number {
    const count = this.number();
    if (count > this.block.length * 8) throw new Damaged("header");
    return count;
  }

  /** How many of something follow for each of so many: together never more than there are bytes. */
  counts(length: number): number[] {
    let left = this.block.length * 8;
    return Array.from({ length }, () => {
      const count = this.count();
      left -= count;
      if (left < 0) throw new TooMuch("names");
      return count;
    });
  }

  bits(count: number): boolean[] {
    const bytes = this.bytes(Math.ceil(count / 8));
    return Array.from({ length: count }, (_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
  }

  /** The same with a byte before it that may say that all are set. */
  definedBits(count: number): boolean[] {
    return this.byte() === 0 ? this.bits(count) : Array.from({ length: count }, () => true);
  }

  /** UTF-16 up to its end. */
  wideText(): string {
    const start = this.at;
    for (;;) {
      const [low, high] = this.bytes(2);
      if (low === 0 && high === 0) break;
    }
    return new TextDecoder("utf-16le").decode(this.block.slice(start, this.at - 2 - start));
  }

  /** Returns the next bytes to be read on their own. */
  part(length: number): Reader {
    this.need(length);
    this.at += length;
    return new Reader(this.block, this.at - length, this.at);
  }

  skipProperties(): void {
    while (this.byte() !== 0) this.bytes(this.number());
  }

  /** Goes over checksums, and tells which there are. */
  checksums(count: number): boolean[] {
    const defined = this.definedBits(count);
    this.bytes(4 * defined.filter(Boolean).length);
    return defined;
  }

  /** Data of a header may lie in a stream of its own; no archiver makes such. */
  refuseElsewhere(): void {
    if (this.byte() !== 0) throw new Damaged("header");
  }

  private need(length: number): void {
    if (this.at + length > this.end) throw new Damaged("early");
  }
}

/** Reads which packed streams there are, how they are packed, and what comes out of them. */
export function readStreams(reader: Reader): Streams {
  const streams: Streams = { packed: [], folders: [], sizes: [] };
  let told = false;
  for (let part = reader.byte(); part !== 0; part = reader.byte()) {
    if (part === PACK) streams.packed = readPacked(reader);
    else if (part === CODERS) streams.folders = readFolders(reader);
    else if (part === SUBSTREAMS) {
      streams.sizes = readSizes(reader, streams.folders);
      told = true;
    } else throw new Damaged("header");
  }
  if (!told) streams.sizes = streams.folders.map(({ size }) => size);
  return streams;
}

function readPacked(reader: Reader): Streams["packed"] {
  let offset = reader.number();
  const count = reader.count();
  const packed: Streams["packed"] = [];
  for (let part = reader.byte(); part !== 0; part = reader.byte()) {
    if (part === SIZES) {
      for (let each = 0; each < count; each++) {
        const size = reader.number();
        packed.push({ offset, size });
        offset += size;
      }
    } else if (part === CHECKSUMS) reader.checksums(count);
    else throw new Damaged("header");
  }
  return packed;
}

function readFolders(reader: Reader): Folder[] {
  if (reader.byte() !== FOLDER) throw new Damaged("header");
  const count = reader.count();
  reader.refuseElsewhere();
  const shapes = [];
  for (let each = 0; each < count; each++) shapes.push(readFolder(reader));
  if (reader.byte() !== CODER_SIZES) throw new Damaged("header");
  const folders = shapes.map(({ coders, outputs, last }) => {
    let size = 0;
    for (let output = 0; output < outputs; output++) {
      const plain = reader.number();
      if (output === last) size = plain;
    }
    return { coders, size, isChecked: false };
  });
  for (let part = reader.byte(); part !== 0; part = reader.byte()) {
    if (part !== CHECKSUMS) throw new Damaged("header");
    reader.checksums(count).forEach((is, folder) => Object.assign(folders[folder]!, { isChecked: is }));
  }
  return folders;
}

/** A chain of coders; `last` is the output that no other coder takes. */
function readFolder(reader: Reader): { coders: Coder[]; outputs: number; last: number } {
  const few = (count: number): number => {
    if (count > MOST_CODERS) throw new Damaged("header");
    return count;
  };
  const coders: Coder[] = [];
  let inputs = 0;
  let outputs = 0;
  for (let left = few(reader.number()); left > 0; left--) {
    const flags = reader.byte();
    const method = reader.bytes(flags & 0x0f).join(".");
    const isComplex = (flags & 0x10) !== 0;
    inputs += isComplex ? few(reader.number()) : 1;
    outputs += isComplex ? few(reader.number()) : 1;
    const properties = (flags & 0x20) === 0 ? new Uint8Array() : reader.bytes(reader.number());
    coders.push({ method, properties });
  }
  const bound = new Set<number>();
  for (let pair = 1; pair < outputs; pair++) {
    reader.number();
    bound.add(reader.number());
  }
  const packed = inputs - Math.max(0, outputs - 1);
  if (packed > 1) for (let stream = 0; stream < packed; stream++) reader.number();
  const all = Array.from({ length: outputs }, (_, output) => output);
  return { coders, outputs, last: all.find((output) => !bound.has(output)) ?? 0 };
}

/** Several files may come out of one folder, one after the other: the last one's size is what is left. */
function readSizes(reader: Reader, folders: readonly Folder[]): number[] {
  let counts = folders.map(() => 1);
  let sizes: number[] | undefined;
  const fromFolders = (next: () => number): number[] =>
    folders.flatMap(({ size }, folder) => {
      const own: number[] = [];
      let left = size;
      for (let file = 1; file < (counts[folder] ?? 0); file++) {
        const part = next();
        own.push(part);
        left -= part;
      }
      if ((counts[folder] ?? 0) > 0) own.push(left);
      if (left < 0) throw new Damaged("noSize");
      return own;
    });
  for (let part = reader.byte(); part !== 0; part = reader.byte()) {
    if (part === STREAM_COUNTS) counts = reader.counts(folders.length);
    else if (part === SIZES) sizes = fromFolders(() => reader.number());
    else if (part === CHECKSUMS) {
      // Of a folder of one file that is checked as a whole, nothing is said again.
      const untold = folders.map(({ isChecked }, folder) =>
        isChecked && counts[folder] === 1 ? 0 : (counts[folder] ?? 0),
      );
      reader.checksums(untold.reduce((sum, count) => sum + count, 0));
    } else throw new Damaged("header");
  }
  return sizes ?? fromFolders(() => 0);
}
