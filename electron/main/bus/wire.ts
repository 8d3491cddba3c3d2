// Messages of D-Bus as bytes (D-Bus Specification, version 1), as far as a client needs them. Pure; what comes in may be
// anything, and what is not understood throws.

/** A message may be 128 MiB by the specification; none that we ask for is a thousandth of this. */
const LONGEST = 1024 * 1024;
const FIXED = 16;
const LITTLE = 0x6c;

export const MESSAGE = { call: 1, answer: 2, error: 3, signal: 4 } as const;

/** Numbers and kinds of the fields of a head. */
const FIELDS = {
  path: [1, "o"],
  interface: [2, "s"],
  member: [3, "s"],
  error: [4, "s"],
  replyTo: [5, "u"],
  destination: [6, "s"],
  sender: [7, "s"],
  signature: [8, "g"],
} as const;
const NAMES = new Map<number, keyof Head>(
  Object.entries(FIELDS).map(([name, [number]]) => [number, name as keyof Head]),
);

export interface Head {
  path?: string;
  interface?: string;
  member?: string;
  error?: string;
  replyTo?: number;
  destination?: string;
  sender?: string;
  signature?: string;
}

export interface Message {
  type: number;
  serial: number;
  head: Head;
  body: Reader;
}

/** Puts values one behind the other, each where its kind has to stand. */
export class Writer {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  align(to: number): this {
    while (this.#bytes.length % to !== 0) this.#bytes.push(0);
    return this;
  }

  byte(value: number): this {
    this.#bytes.push(value & 0xff);
    return this;
  }

  u32(value: number): this {
    this.align(4);
    for (const shift of [0, 8, 16, 24]) this.byte(value >>> shift);
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.from(value.replaceAll("\0", ""), "utf8");
    this.u32(bytes.length);
    this.#bytes.push(...bytes, 0);
    return this;
  }

  /** A signature: short, and nothing before it. */
  signature(value: string): this {
    const bytes = Buffer.from(value, "latin1");
    this.#bytes.push(bytes.length, ...bytes, 0);
    return this;
  }

  /** An array: its length in bytes, then what `write` puts in. `to`: where its elements have to stand. */
  array(to: number, write: (inner: this) => void): this {
    this.u32(0);
    const at = this.#bytes.length - 4;
    this.align(to);
    const start = this.#bytes.length;
    write(this);
    const length = this.#bytes.length - start;
    [0, 8, 16, 24].forEach((shift, place) => (this.#bytes[at + place] = (length >>> shift) & 0xff));
    return this;
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

/** Takes values out, as they were put in. */
export class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  align(to: number): this {
    this.#at += (to - (this.#at % to)) % to;
    return this;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  u32(): number {
    return this.align(4).#take(4).readUInt32LE();
  }

  text(): string {
    const text = this.#take(this.u32()).toString("utf8");
    this.byte();
    return text;
  }

  signature(): string {
    const text = this.#take(this.byte()).toString("latin1");
    this.byte();
    return text;
  }

  /** An array whose elements stand at every `to` bytes. */
  array<T>(to: number, read: (inner: this) => T): T[] {
    const length = this.u32();
    const end = this.align(to).#at + length;
    if (end > this.#bytes.length) throw new Error("An array is longer than its message.");
    const all: T[] = [];
    while (this.#at < end) all.push(read(this));
    return all;
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error("A message is shorter than what it holds.");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** Returns a call as bytes; `body` fits `head.signature`. */
export function callBytes(serial: number, head: Head, body: Writer): Buffer {
  const writer = new Writer().byte(LITTLE).byte(MESSAGE.call).byte(0).byte(1);
  writer.u32(body.length).u32(serial);
  writer.array(8, (fields) => {
    for (const [name, [number, kind]] of Object.entries(FIELDS)) {
      const value = head[name as keyof Head];
      if (value === undefined) continue;
      fields.align(8).byte(number).signature(kind);
      if (typeof value === "number") fields.u32(value);
      else if (kind === "g") fields.signature(value);
      else fields.text(value);
    }
  });
  return Buffer.concat([writer.align(8).bytes(), body.bytes()]);
}

/** Returns how long the message is that begins here; null while that cannot be told yet. */
export function lengthOf(bytes: Buffer): number | null {
  if (bytes.length < FIXED) return null;
  // A bus may answer in either order of bytes; the one on this machine answers in ours.
  if (bytes[0] !== LITTLE || bytes[3] !== 1) throw new Error("This is no message of D-Bus.");
  const fields = bytes.readUInt32LE(12);
  const length = FIXED + Math.ceil(fields / 8) * 8 + bytes.readUInt32LE(4);
  if (length > LONGEST) throw new Error("A message is longer than any that was asked for.");
  return length;
}

/** Reads one whole message. */
export function readMessage(bytes: Buffer): Message {
  const reader = new Reader(bytes, 1);
  const type = reader.byte();
  reader.byte();
  reader.byte();
  const length = reader.u32();
  const serial = reader.u32();
  const head: Head = {};
  reader.array(8, (fields) => {
    const number = fields.align(8).byte();
    const kind = fields.signature();
    const value = kind === "u" ? fields.u32() : kind === "g" ? fields.signature() : undefined;
    const told = value ?? (kind === "s" || kind === "o" ? fields.text() : undefined);
    if (told === undefined) throw new Error("A head has a field of a kind that no head has.");
    const name = NAMES.get(number);
    if (name !== undefined && FIELDS[name][1] === kind) Object.assign(head, { [name]: told });
  });
  const start = reader.align(8).at;
  return { type, serial, head, body: new Reader(bytes.subarray(start, start + length)) };
}
