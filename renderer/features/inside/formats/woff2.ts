// The tables of a WOFF2 font: all of them packed together by Brotli, in the order of a list before them.
import { unbrotli } from "../brotli.js";
import { Block, Damaged, exactly, type Input, TooMuch } from "../input.js";

const HEADER = 48;
/** The list of tables, of whatever fonts there are, is no longer. */
const LIST_LIMIT = 64 * 1024;
/** No more is unpacked to come to a table. */
const PLAIN_LIMIT = 32 * 1024 * 1024;
const MOST_TABLES = 200;
/** Tables that a number stands for, of those that matter here; 63: a name of its own follows. */
const KNOWN: Readonly<Record<number, string>> = { 4: "maxp", 5: "name", 10: "glyf", 11: "loca" };
const OWN_NAME = 63;
/** Tables that are told of. */
const WANTED: ReadonlySet<string> = new Set(["maxp", "name"]);
/** How tables of outlines say that they are as they were; others say 0. */
const AS_IT_WAS = 3;

/** Returns the tables that are told of, by their names: of a collection, the first of each. */
export async function woff2Tables(input: Input): Promise<ReadonlyMap<string, Block>> {
  const header = new Block((await exactly(input, 0, HEADER)).bytes, false);
  const list = new List(
    new Block((await exactly(input, HEADER, Math.min(LIST_LIMIT, input.size - HEADER))).bytes, false),
  );
  const count = header.u16(12);
  if (count > MOST_TABLES) throw new Damaged("fontTables");
  const places = new Map<string, { at: number; length: number }>();
  let end = 0;
  for (let number = 0; number < count; number++) {
    const { tag, length } = list.table();
    if (tag !== undefined && !places.has(tag)) places.set(tag, { at: end, length });
    end += length;
  }
  const wanted = [...places].filter(([tag]) => WANTED.has(tag));
  const last = Math.max(0, ...wanted.map(([, { at, length }]) => at + length));
  if (last > PLAIN_LIMIT) throw new TooMuch("content");
  if (header.text(4, 4) === "ttcf") list.skipFonts();
  const packed = await exactly(input, HEADER + list.at, header.u32(20));
  const plain = new Block(unbrotli(packed.bytes, last), false);
  return new Map(wanted.map(([tag, { at, length }]) => [tag, new Block(plain.slice(at, length), false)]));
}

/** The list of tables, read from its beginning on. */
class List {
  at = 0;

  constructor(private readonly block: Block) {}

  /** Returns the next table: its name, where it matters, and how long it is when unpacked. */
  table(): { tag: string | undefined; length: number } {
    const flags = this.byte();
    const number = flags & 0x3f;
    const tag = number === OWN_NAME ? this.text() : KNOWN[number];
    const isOutline = tag === "glyf" || tag === "loca";
    const length = this.number();
    const isChanged = flags >> 6 !== (isOutline ? AS_IT_WAS : 0);
    return { tag, length: isChanged ? this.number() : length };
  }

  /** Goes over which tables belong to which font of a collection. */
  skipFonts(): void {
    this.at += 4;
    for (let fonts = this.short(); fonts > 0; fonts--) {
      const tables = this.short();
      this.at += 4;
      for (let table = 0; table < tables; table++) this.short();
    }
  }

  private byte(): number {
    return this.block.u8(this.at++);
  }

  private text(): string {
    this.at += 4;
    return this.block.text(this.at - 4, 4);
  }

  /** A number of one to five bytes: all but the last have their first bit set. */
  private number(): number {
    let value = 0;
    for (let bytes = 0; bytes < 5; bytes++) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) return value;
    }
    throw new Damaged("largeNumber");
  }

  /** A number of one to three bytes, as collections have them: what it is does not matter but for its size. */
  private short(): number {
    const first = this.byte();
    if (first === 253) return this.byte() * 256 + this.byte();
    if (first === 254) return this.byte() + 253 * 2;
    return first === 255 ? this.byte() + 253 : first;
  }
}
