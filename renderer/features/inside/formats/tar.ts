// What a tar archive holds, from its headers: the contents are passed over.
import { formatCount } from "../../../../texts/format.js";
import { COLUMNS, ENTRY_KINDS, FACTS, NOTES, WARNINGS } from "../../../../texts/formats.js";
import { Damaged, utf8 } from "../input.js";
import { type Report, type Table, TableMaker, TEXT_LIMIT } from "../report.js";
import { type EntryKind, modeWords, pathWarning, sizeWords } from "../words.js";

const BLOCK = 512;
/** Longer names and headers than this are no tar. */
const META_LIMIT = 1024 * 1024;

const KINDS: Readonly<Record<string, EntryKind>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "hardLink",
  "2": "symlink",
  "3": "device",
  "4": "device",
  "5": "folder",
  "6": "pipe",
};

/** A file of the archive whose content is wanted: told whole, when it is not too large. */
export type Wanted = (name: string) => boolean;

export interface TarContent {
  table: Table;
  found: Map<string, Uint8Array>;
  bytes: number;
  entries: number;
  cut: string | undefined;
}

/** Goes through an archive. Where it ends in an error or a limit, what was seen until then is told. */
export async function readTar(
  stream: AsyncIterable<Uint8Array>,
  title: string,
  wanted: Wanted = () => false,
): Promise<TarContent> {
  const table = new TableMaker(title, [
    COLUMNS.name,
    COLUMNS.kind,
    COLUMNS.size,
    COLUMNS.permissions,
    COLUMNS.owner,
  ]);
  const found = new Map<string, Uint8Array>();
  const reader = new StreamReader(stream);
  let bytes = 0;
  let cut: string | undefined;
  try {
    let extra: Map<string, string> = new Map();
    for (;;) {
      const header = await reader.take(BLOCK);
      if (header === undefined || header.every((byte) => byte === 0)) break;
      const entry = parseHeader(header);
      const padded = Math.ceil(entry.size / BLOCK) * BLOCK;
      if ("LKxg".includes(entry.type)) {
        if (entry.size > META_LIMIT) throw new Damaged("longName");
        const data = (await reader.take(padded))?.subarray(0, entry.size) ?? new Uint8Array();
        if (entry.type === "L") extra.set("path", trimNul(utf8(data)));
        else if (entry.type === "K") extra.set("linkpath", trimNul(utf8(data)));
        else if (entry.type === "x") for (const [key, value] of paxRecords(data)) extra.set(key, value);
        continue;
      }
      const name = extra.get("path") ?? entry.name;
      const link = extra.get("linkpath") ?? entry.link;
      const size = extra.has("size") ? Number(extra.get("size")) : entry.size;
      if (!Number.isSafeInteger(size) || size < 0) throw new Damaged("noSize");
      extra = new Map();
      const kind = KINDS[entry.type] ?? "other";
      // Nobody unpacks content of these, whatever size they say: the next header follows at once.
      const content = kind === "file" || kind === "other" ? size : 0;
      bytes += content;
      table.add(
        name,
        [
          link === "" ? name : `${name} → ${link}`,
          ENTRY_KINDS[kind],
          kind === "file" ? sizeWords(size) : "",
          modeWords(entry.mode),
          `${entry.user === "" ? entry.uid : entry.user}:${entry.group === "" ? entry.gid : entry.group}`,
        ],
        pathWarning(name, link, kind, entry.mode) ?? (content === size ? undefined : WARNINGS.oddSize),
      );
      const room = Math.ceil(content / BLOCK) * BLOCK;
      if (kind === "file" && content <= TEXT_LIMIT && wanted(name)) {
        const taken = await reader.take(room);
        if (taken !== undefined) found.set(name, taken.slice(0, content));
      } else await reader.skip(room);
    }
  } catch (thrown) {
    if (table.length === 0) throw thrown;
    cut = thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    await reader.close();
  }
  return { table: table.done(), found, bytes, entries: table.length, cut };
}

/** Puts what an archive holds into a report. */
export function tellTar(report: Report, content: TarContent): void {
  report.facts.push(
    { name: FACTS.entries, value: formatCount(content.entries) },
    { name: FACTS.sizeUnpacked, value: sizeWords(content.bytes) },
  );
  report.tables.push(content.table);
  if (content.cut !== undefined) report.notes.push(NOTES.cutContents(content.cut));
}

/** Tells whether a block is the header of a tar entry: its checksum fits. Of any other block it is asked, too. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 0x20 : block[at]!;
  const digits = digitsOf(block, 148, 8);
  return /^[0-7]+$/.test(digits) && Number.parseInt(digits, 8) === sum;
}

interface Header {
  name: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  type: string;
  link: string;
  user: string;
  group: string;
}

function parseHeader(block: Uint8Array): Header {
  if (!isTarHeader(block)) throw new Damaged("aHeader");
  const text = (at: number, length: number): string => trimNul(utf8(block.subarray(at, at + length)));
  const prefix = text(257, 5) === "ustar" ? text(345, 155) : "";
  const name = text(0, 100);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode: octal(block, 100, 8) & 0o7777,
    uid: octal(block, 108, 8),
    gid: octal(block, 116, 8),
    size: octal(block, 124, 12),
    type: String.fromCharCode(block[156]!),
    link: text(157, 100),
    user: text(265, 32),
    group: text(297, 32),
  };
}

/** A number as tar writes it: octal digits, or base 256 when the first bit is set. */
function octal(block: Uint8Array, at: number, length: number): number {
  if ((block[at]! & 0x80) !== 0) {
    let value = 0;
    for (let i = at + 1; i < at + length; i++) value = value * 256 + block[i]!;
    if (!Number.isSafeInteger(value)) throw new Damaged("largeNumber");
    return value;
  }
  const digits = digitsOf(block, at, length);
  if (digits === "") return 0;
  if (!/^[0-7]+$/.test(digits)) throw new Damaged("noNumber");
  return Number.parseInt(digits, 8);
}

function digitsOf(block: Uint8Array, at: number, length: number): string {
  return utf8(block.subarray(at, at + length))
    .replaceAll("\0", " ")
    .trim();
}

/** Records "length key=value\n" of a pax header. */
function paxRecords(data: Uint8Array): [string, string][] {
  const records: [string, string][] = [];
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const length = space === -1 ? 0 : Number(utf8(data.subarray(at, space)));
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > data.length) break;
    const record = utf8(data.subarray(space + 1, at + length - 1));
    const equals = record.indexOf("=");
    if (equals > 0) records.push([record.slice(0, equals), record.slice(equals + 1)]);
    at += length;
  }
  return records;
}

function trimNul(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** Takes so many bytes at a time from a stream of parts. */
class StreamReader {
  private readonly parts: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.parts = stream[Symbol.asyncIterator]();
  }

  /** Returns the next `length` bytes; undefined when the stream has ended before any of them. */
  async take(length: number): Promise<Uint8Array | undefined> {
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      if (this.rest.length === 0 && !(await this.more())) {
        if (done === 0) return undefined;
        throw new Damaged("early");
      }
      const part = this.rest.subarray(0, length - done);
      out.set(part, done);
      done += part.length;
      this.rest = this.rest.subarray(part.length);
    }
    return out;
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      if (this.rest.length === 0 && !(await this.more())) throw new Damaged("early");
      const step = Math.min(left, this.rest.length);
      this.rest = this.rest.subarray(step);
      left -= step;
    }
  }

  async close(): Promise<void> {
    await this.parts.return?.();
  }

  private async more(): Promise<boolean> {
    const { done, value } = await this.parts.next();
    if (done === true) return false;
    this.rest = value;
    return true;
  }
}
