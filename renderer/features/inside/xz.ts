// Unpacks xz files, block by block. Knows the container; lzma.ts knows the packing. Checksums are not looked at: a look
// inside decides nothing.
import { type Block, Damaged, exactly, type Input, TooMuch } from "./input.js";
import { LzmaDecoder } from "./lzma.js";

/** A stream's header, and its footer. */
const HEADER = 12;
/** The most bytes of a number. */
const NUMBER = 9;
const LZMA2 = 0x21;
/** Sizes of the checksum behind each block, by its type. */
const CHECK_SIZES: Readonly<Record<number, number>> = { 0: 0, 1: 4, 4: 8, 10: 32 };
const DICTIONARY_LIMIT = 128 * 1024 * 1024;

/** Yields the plain bytes of all streams of the file, one after the other. */
export async function* unxz(input: Input): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.size;) {
    const end = yield* unxzStream(input, at);
    at = await padded(input, end);
  }
}

/** Yields the plain bytes of the stream that begins at `start`, and returns where it ends. */
async function* unxzStream(input: Input, start: number): AsyncGenerator<Uint8Array, number> {
  const header = await exactly(input, start, HEADER);
  const check = CHECK_SIZES[header.u8(7) & 0x0f];
  if (check === undefined || header.text(1, 4) !== "7zXZ") throw new Damaged("xzHeader");
  let at = start + HEADER;
  for (let blocks = 0; ; blocks++) {
    const length = (await exactly(input, at, 1)).u8(0);
    // The index ends the blocks.
    if (length === 0) return (await indexEnd(input, at, blocks)) + HEADER;
    const block = await exactly(input, at, (length + 1) * 4);
    const decoder = new LzmaDecoder(dictionaryOf(block));
    at += block.length;
    const begin = at;
    for (;;) {
      const control = (await exactly(input, at, 1)).u8(0);
      if (control === 0) break;
      const chunk = await readChunk(input, at, control);
      at = chunk.end;
      yield unpack(decoder, control, chunk);
    }
    at += 1;
    at += (4 - ((at - begin) % 4)) % 4;
    at += check;
  }
}

/** Returns where the index ends that begins at `start` and has an entry of two numbers for each block. */
async function indexEnd(input: Input, start: number, blocks: number): Promise<number> {
  const most = Math.min(input.size - start, (2 * blocks + 1) * NUMBER + HEADER);
  const index = await exactly(input, start, most);
  let at = 1;
  for (let numbers = 0; numbers <= 2 * blocks; numbers++) at = numberEnd(index, at);
  return start + Math.ceil(at / 4) * 4 + 4;
}

/** Returns where the next stream begins, behind zeros. */
async function padded(input: Input, start: number): Promise<number> {
  for (let at = start; at < input.size; at += 4) if ((await exactly(input, at, 4)).u32(0) !== 0) return at;
  return input.size;
}

/** Returns where a number of up to nine bytes ends. */
function numberEnd(block: Block, start: number): number {
  for (let at = start; at < start + NUMBER; at++) if ((block.u8(at) & 0x80) === 0) return at + 1;
  throw new Damaged("xzHeader");
}

interface Chunk {
  /** The byte of properties, when there is one. */
  properties: number | undefined;
  packed: Uint8Array;
  size: number;
  end: number;
}

async function readChunk(input: Input, at: number, control: number): Promise<Chunk> {
  if (control < 0x80) {
    if (control > 2) throw new Damaged("xzData");
    const head = await exactly(input, at, 3);
    const size = ((head.u8(1) << 8) | head.u8(2)) + 1;
    const plain = await exactly(input, at + 3, size);
    return { properties: undefined, packed: plain.bytes, size, end: at + 3 + size };
  }
  const withProperties = control >= 0xc0;
  const headSize = withProperties ? 6 : 5;
  const head = await exactly(input, at, headSize);
  const size = (((control & 0x1f) << 16) | (head.u8(1) << 8) | head.u8(2)) + 1;
  const packedSize = ((head.u8(3) << 8) | head.u8(4)) + 1;
  const packed = await exactly(input, at + headSize, packedSize);
  const properties = withProperties ? head.u8(5) : undefined;
  return { properties, packed: packed.bytes, size, end: at + headSize + packedSize };
}

function unpack(decoder: LzmaDecoder, control: number, chunk: Chunk): Uint8Array {
  if (control === 1 || control >= 0xe0) decoder.resetDictionary();
  if (control < 0x80) {
    decoder.copy(chunk.packed);
    return chunk.packed;
  }
  if (chunk.properties !== undefined) decoder.setProperties(chunk.properties);
  else if (control >= 0xa0) decoder.resetState();
  const out = new Uint8Array(chunk.size);
  decoder.decode(chunk.packed, out);
  return out;
}

/** Returns the size of the dictionary that a block wants. Blocks with other filters than LZMA2 are not unpacked. */
function dictionaryOf(block: Block): number {
  const flags = block.u8(1);
  let at = 2;
  if ((flags & 0x40) !== 0) at = numberEnd(block, at);
  if ((flags & 0x80) !== 0) at = numberEnd(block, at);
  if ((flags & 0x03) !== 0 || block.u8(at) !== LZMA2) throw new TooMuch("method");
  const bits = block.u8(at + 2) & 0x3f;
  if (bits > 40) throw new Damaged("xzHeader");
  const size = bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
  if (size > DICTIONARY_LIMIT) throw new TooMuch("memory");
  return size;
}
