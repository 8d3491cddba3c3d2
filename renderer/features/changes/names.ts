// The names of a tree's nodes, as bytes in one row, and which node has a name in a folder. A million names as strings, each the
// key of a map, would be several times as much, and as many objects to go through whenever memory is cleaned up. Knows no tree.

import { compareNames } from "./name-order.js";

/** What the first byte of a name says: whether its characters take a byte each or two. */
const NARROW = 0;
const WIDE = 1;

/** A slot whose node went away. */
const LEFT = -1;

/** Characters of one byte in lower case: that is one of one byte, too. */
const LOWER = Uint8Array.from({ length: 256 }, (_, code) =>
  String.fromCharCode(code).toLowerCase().charCodeAt(0),
);

export class Names {
  private bytes = new Uint8Array(1024);
  /** Where each node's name begins; it ends where the next begins. */
  private starts = new Uint32Array(64);
  private count = 0;
  private used = 0;
  /** Nodes by folder and name: each lies at the first free slot from where its hash says. 0: free. */
  private slots = new Int32Array(128);
  private taken = 0;
  /** Whoever makes files chooses their names, and must not be able to choose where they come to lie. */
  private readonly salt = crypto.getRandomValues(new Uint32Array(256));

  /** The first node is the root: it has no name and lies in no folder. */
  constructor() {
    this.append("");
  }

  /** Names the next node; returns its number. `parents` has it already. */
  add(parents: Int32Array, name: string): number {
    const id = this.count;
    this.append(name);
    if (this.taken * 3 >= this.slots.length * 2) this.rebuild(parents);
    this.place(this.hash(parents[id]!, id), id);
    return id;
  }

  /** Returns the node of this name in a folder; 0 when there is none. */
  find(parents: Int32Array, parent: number, name: string): number {
    const mask = this.slots.length - 1;
    for (let at = this.hashOf(parent, name) & mask; ; at = (at + 1) & mask) {
      const id = this.slots[at]!;
      if (id === 0) return 0;
      if (id !== LEFT && parents[id] === parent && this.is(id, name)) return id;
    }
  }

  /** A node is no longer found. Its number and its name stay its own. */
  remove(parents: Int32Array, id: number): void {
    const mask = this.slots.length - 1;
    for (let at = this.hash(parents[id]!, id) & mask; this.slots[at] !== 0; at = (at + 1) & mask) {
      if (this.slots[at] !== id) continue;
      this.slots[at] = LEFT;
      return;
    }
  }

  get(id: number): string {
    const units: number[] = [];
    const end = this.starts[id + 1]!;
    const start = this.starts[id]!;
    const step = this.bytes[start] === NARROW ? 1 : 2;
    for (let at = start + 1; at < end; at += step) units.push(this.unit(at, step));
    return String.fromCharCode(...units);
  }

  /** Compares two names of one folder as `compareNames` does, without making strings of those that are mostly compared. */
  compare(a: number, b: number): number {
    const [from, other] = [this.starts[a]!, this.starts[b]!];
    const { bytes } = this;
    if (bytes[from] === NARROW && bytes[other] === NARROW) {
      const shorter = Math.min(this.starts[a + 1]! - from, this.starts[b + 1]! - other);
      let at = 1;
      while (at < shorter && bytes[from + at] === bytes[other + at]) at++;
      if (at < shorter) {
        const difference = bytes[from + at]! - bytes[other + at]!;
        const digits = Number(isDigit(bytes[from + at]!)) + Number(isDigit(bytes[other + at]!));
        if (digits === 0) return difference;
        // Of two numbers that are written alike long, the first digit that differs decides.
        if (digits === 2 && this.digitsEnd(a, at) === this.digitsEnd(b, at)) return difference;
      }
    }
    return compareNames(this.get(a), this.get(b));
  }

  /** Tells whether a name holds a text, which is in lower case, in any case. */
  holds(id: number, needle: string): boolean {
    if (this.bytes[this.starts[id]!] === WIDE) return this.get(id).toLowerCase().includes(needle);
    const last = this.starts[id + 1]! - needle.length;
    for (let at = this.starts[id]! + 1; at <= last; at++) if (this.isAt(at, needle)) return true;
    return false;
  }

  /** Tells whether a name begins with a text, which is in lower case, in any case. */
  begins(id: number, needle: string): boolean {
    if (this.bytes[this.starts[id]!] === WIDE) return this.get(id).toLowerCase().startsWith(needle);
    const at = this.starts[id]! + 1;
    return at + needle.length <= this.starts[id + 1]! && this.isAt(at, needle);
  }

  /** Returns where the digits end that a name has from here on. */
  private digitsEnd(id: number, at: number): number {
    const start = this.starts[id]!;
    let end = at;
    while (start + end < this.starts[id + 1]! && isDigit(this.bytes[start + end]!)) end++;
    return end;
  }

  private isAt(at: number, needle: string): boolean {
    for (let n = 0; n < needle.length; n++) {
      if (LOWER[this.bytes[at + n]!] !== needle.charCodeAt(n)) return false;
    }
    return true;
  }

  private is(id: number, name: string): boolean {
    const start = this.starts[id]!;
    const step = this.bytes[start] === NARROW ? 1 : 2;
    if (this.starts[id + 1]! - start - 1 !== name.length * step) return false;
    for (let n = 0; n < name.length; n++) {
      if (this.unit(start + 1 + n * step, step) !== name.charCodeAt(n)) return false;
    }
    return true;
  }

  private unit(at: number, step: number): number {
    return step === 1 ? this.bytes[at]! : this.bytes[at]! | (this.bytes[at + 1]! << 8);
  }

  private append(name: string): void {
    let width = NARROW;
    for (let n = 0; n < name.length; n++) if (name.charCodeAt(n) > 255) width = WIDE;
    const end = this.used + 1 + name.length * (width + 1);
    if (end > this.bytes.length) this.bytes = larger(this.bytes, new Uint8Array(2 * end));
    if (this.count + 1 >= this.starts.length)
      this.starts = larger(this.starts, new Uint32Array(2 * this.starts.length));
    this.bytes[this.used] = width;
    let at = this.used + 1;
    for (let n = 0; n < name.length; n++) {
      const unit = name.charCodeAt(n);
      this.bytes[at++] = unit;
      if (width === WIDE) this.bytes[at++] = unit >>> 8;
    }
    this.used = end;
    this.count += 1;
    this.starts[this.count] = end;
  }

  private hash(parent: number, id: number): number {
    const start = this.starts[id]!;
    const step = this.bytes[start] === NARROW ? 1 : 2;
    let hash = this.seed(parent);
    for (let at = start + 1; at < this.starts[id + 1]!; at += step)
      hash = this.mix(hash, this.unit(at, step));
    return hash;
  }

  private hashOf(parent: number, name: string): number {
    let hash = this.seed(parent);
    for (let n = 0; n < name.length; n++) hash = this.mix(hash, name.charCodeAt(n));
    return hash;
  }

  private seed(parent: number): number {
    return this.mix(this.mix(this.salt[0]!, parent & 0xffff), parent >>> 16);
  }

  private mix(hash: number, unit: number): number {
    const next = (Math.imul(hash ^ this.salt[unit & 255]!, 0x9e3779b1) + this.salt[unit >>> 8]!) | 0;
    return next ^ (next >>> 15);
  }

  private place(hash: number, id: number): void {
    const mask = this.slots.length - 1;
    let at = hash & mask;
    while (this.slots[at] !== 0) at = (at + 1) & mask;
    this.slots[at] = id;
    this.taken += 1;
  }

  /** Makes room for twice as many nodes as there are, and none for those that went away. */
  private rebuild(parents: Int32Array): void {
    const old = this.slots;
    const live = old.reduce((sum, id) => sum + Number(id > 0), 0);
    let size = 128;
    while (size < live * 3) size *= 2;
    this.slots = new Int32Array(size);
    this.taken = 0;
    for (const id of old) if (id > 0) this.place(this.hash(parents[id]!, id), id);
  }
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

function larger<T extends Uint8Array | Uint32Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}
