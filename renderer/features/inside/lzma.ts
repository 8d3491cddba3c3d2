// The LZMA decoder of xz and 7z files: turns one chunk of packed bytes into plain ones. Keeps its state and its dictionary from
// chunk to chunk. Follows the LZMA specification by Igor Pavlov; names are those of the specification.
import { Damaged } from "./input.js";

const TOP = 0x1000000;
const BIT_MODEL_TOTAL = 1 << 11;
const HALF = BIT_MODEL_TOTAL / 2;
const STATES = 12;
const POSITION_STATES = 16;
const LENGTH_STATES = 4;
const END_POSITION_MODEL = 14;
const FULL_DISTANCES = 128;
const MIN_MATCH = 2;

const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(HALF);

/** Lengths of matches: three ranges, each with a tree of its own. */
class LengthCoder {
  readonly choice = probabilities(2);
  readonly low = probabilities(POSITION_STATES * 8);
  readonly middle = probabilities(POSITION_STATES * 8);
  readonly high = probabilities(256);

  reset(): void {
    for (const table of [this.choice, this.low, this.middle, this.high]) table.fill(HALF);
  }
}

export class LzmaDecoder {
  private readonly window: Uint8Array;
  private at = 0;
  private filled = 0;

  private lc = 0;
  private lp = 0;
  private pb = 0;
  private state = 0;
  private reps: [number, number, number, number] = [0, 0, 0, 0];

  private literals: Uint16Array = new Uint16Array(0);
  private readonly isMatch = probabilities(STATES * POSITION_STATES);
  private readonly isRep = probabilities(STATES);
  private readonly isRepG0 = probabilities(STATES);
  private readonly isRepG1 = probabilities(STATES);
  private readonly isRepG2 = probabilities(STATES);
  private readonly isRep0Long = probabilities(STATES * POSITION_STATES);
  private readonly slots = probabilities(LENGTH_STATES * 64);
  private readonly special = probabilities(1 + FULL_DISTANCES - END_POSITION_MODEL);
  private readonly align = probabilities(16);
  private readonly matchLength = new LengthCoder();
  private readonly repLength = new LengthCoder();

  private input: Uint8Array = new Uint8Array(0);
  private next = 0;
  private range = 0;
  private code = 0;

  constructor(dictionary: number) {
    this.window = new Uint8Array(dictionary);
  }

  /** Forgets what was unpacked so far. */
  resetDictionary(): void {
    this.at = 0;
    this.filled = 0;
  }

  /** Takes new properties: how many bits of what comes before a byte say what it may be. */
  setProperties(byte: number): void {
    if (byte >= 9 * 5 * 5) throw new Damaged("packedData");
    this.lc = byte % 9;
    this.lp = Math.floor(byte / 9) % 5;
    this.pb = Math.floor(byte / 45);
    if (this.lc + this.lp > 4) throw new Damaged("packedData");
    this.literals = new Uint16Array(0x300 << (this.lc + this.lp));
    this.resetState();
  }

  resetState(): void {
    this.state = 0;
    this.reps = [0, 0, 0, 0];
    this.literals.fill(HALF);
    for (const table of [this.isMatch, this.isRep, this.isRepG0, this.isRepG1, this.isRepG2, this.isRep0Long])
      table.fill(HALF);
    for (const table of [this.slots, this.special, this.align]) table.fill(HALF);
    this.matchLength.reset();
    this.repLength.reset();
  }

  /** Takes bytes that are not packed. */
  copy(bytes: Uint8Array): void {
    for (const byte of bytes) this.put(byte);
  }

  /** Unpacks a chunk that holds exactly `out.length` bytes. */
  decode(input: Uint8Array, out: Uint8Array): void {
    if (this.literals.length === 0) throw new Damaged("packedData");
    this.input = input;
    this.range = 0xffffffff;
    this.code = 0;
    this.next = 1;
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | this.byte()) >>> 0;

    let done = 0;
    while (done < out.length) {
      const position = this.filled & ((1 << this.pb) - 1);
      if (this.bit(this.isMatch, this.state * POSITION_STATES + position) === 0) {
        out[done++] = this.literal();
        continue;
      }
      let length: number;
      if (this.bit(this.isRep, this.state) === 0) {
        this.reps = [0, this.reps[0], this.reps[1], this.reps[2]];
        length = this.length(this.matchLength, position);
        this.state = this.state < 7 ? 7 : 10;
        this.reps[0] = this.distance(length);
      } else if (this.bit(this.isRepG0, this.state) === 0) {
        if (this.bit(this.isRep0Long, this.state * POSITION_STATES + position) === 0) {
          this.state = this.state < 7 ? 9 : 11;
          out[done++] = this.put(this.back(this.reps[0]));
          continue;
        }
        length = this.length(this.repLength, position);
        this.state = this.state < 7 ? 8 : 11;
      } else {
        this.rotate();
        length = this.length(this.repLength, position);
        this.state = this.state < 7 ? 8 : 11;
      }
      if (length > out.length - done) throw new Damaged("packedDataRunOver");
      for (; length > 0; length--) out[done++] = this.put(this.back(this.reps[0]));
    }
  }

  /** Brings the second, third or fourth last distance to the front. */
  private rotate(): void {
    const [a, b, c, d] = this.reps;
    if (this.bit(this.isRepG1, this.state) === 0) this.reps = [b, a, c, d];
    else if (this.bit(this.isRepG2, this.state) === 0) this.reps = [c, a, b, d];
    else this.reps = [d, a, b, c];
  }

  private literal(): number {
    const before = this.filled === 0 ? 0 : this.back(0);
    const position = this.filled & ((1 << this.lp) - 1);
    const base = 0x300 * ((position << this.lc) + (before >> (8 - this.lc)));
    let symbol = 1;
    if (this.state >= 7) {
      let match = this.back(this.reps[0]);
      do {
        const expected = (match >> 7) & 1;
        match <<= 1;
        const bit = this.bit(this.literals, base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (expected !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(this.literals, base + symbol);
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
    return this.put(symbol & 0xff);
  }

  private length(coder: LengthCoder, position: number): number {
    if (this.bit(coder.choice, 0) === 0) return MIN_MATCH + this.tree(coder.low, position * 8, 3);
    if (this.bit(coder.choice, 1) === 0) return MIN_MATCH + 8 + this.tree(coder.middle, position * 8, 3);
    return MIN_MATCH + 16 + this.tree(coder.high, 0, 8);
  }

  private distance(length: number): number {
    const state = Math.min(length - MIN_MATCH, LENGTH_STATES - 1);
    const slot = this.tree(this.slots, state * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const distance = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < END_POSITION_MODEL) return distance + this.reverseTree(this.special, distance - slot, bits);
    return distance + this.direct(bits - 4) * 16 + this.reverseTree(this.align, 0, 4);
  }

  private tree(table: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(table, base + symbol);
    return symbol - (1 << bits);
  }

  private reverseTree(table: Uint16Array, base: number, bits: number): number {
    let node = 1;
    let symbol = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(table, base + node);
      node = (node << 1) | bit;
      symbol |= bit << i;
    }
    return symbol;
  }

  private direct(bits: number): number {
    let result = 0;
    for (let i = 0; i < bits; i++) {
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit === 1) this.code -= this.range;
      this.normalize();
      result = result * 2 + bit;
    }
    return result;
  }

  private bit(table: Uint16Array, index: number): 0 | 1 {
    const probability = table[index]!;
    const bound = (this.range >>> 11) * probability;
    let bit: 0 | 1;
    if (this.code < bound) {
      table[index] = probability + ((BIT_MODEL_TOTAL - probability) >> 5);
      this.range = bound;
      bit = 0;
    } else {
      table[index] = probability - (probability >> 5);
      this.range -= bound;
      this.code -= bound;
      bit = 1;
    }
    this.normalize();
    return bit;
  }

  private normalize(): void {
    if (this.range >= TOP) return;
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | this.byte()) >>> 0;
  }

  private byte(): number {
    if (this.next >= this.input.length) throw new Damaged("packedDataEndEarly");
    return this.input[this.next++]!;
  }

  private put(byte: number): number {
    this.window[this.at] = byte;
    this.at = this.at + 1 === this.window.length ? 0 : this.at + 1;
    this.filled += 1;
    return byte;
  }

  private back(distance: number): number {
    if (distance >= this.filled || distance >= this.window.length) throw new Damaged("packedDataPointBefore");
    const at = this.at - 1 - distance;
    return this.window[at < 0 ? at + this.window.length : at]!;
  }
}
