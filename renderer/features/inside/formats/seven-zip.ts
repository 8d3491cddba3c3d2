// What a 7z archive holds, from the header at its end. Only the header is ever unpacked, and only a small one; a bomb is
// just a list. Follows 7zFormat.txt by Igor Pavlov.
import { formatCount } from "../../../../texts/format.js";
import { COLUMNS, FACTS, FORMATS, TABLES, VALUES, WARNINGS } from "../../../../texts/formats.js";
import { Block, Damaged, exactly, type Input, Locked, READ_LIMIT, TooMuch } from "../input.js";
import { LzmaDecoder } from "../lzma.js";
import { type Report, reportOf, TableMaker } from "../report.js";
import { modeWords, pathWarning, sizeWords, unpackedFact } from "../words.js";
import { type Folder, isEncrypted, Reader, readStreams, type Streams } from "./seven-zip-header.js";

const START = 32;
const HEADER = 0x01;
const PROPERTIES = 0x02;
const MORE_STREAMS = 0x03;
const STREAMS = 0x04;
const FILES = 0x05;
const EMPTY_STREAM = 0x0e;
const EMPTY_FILE = 0x0f;
const NAMES = 0x11;
const ATTRIBUTES = 0x15;
const PACKED_HEADER = 0x17;
/** A packed header may hold another one; nobody packs it more often than this. */
const NESTING = 4;
const COPY = "0";
const LZMA = "3.1.1";
const HAS_MODE = 0x8000;
const IS_FOLDER = 0x10;

interface Listing {
  names: string[];
  /** Of files without content: whether they are files all the same, and no folders. */
  isEmpty: (file: number) => boolean;
  isFile: (file: number) => boolean;
  attributes: (file: number) => number;
}

export async function inspectSevenZip(input: Input): Promise<Report> {
  const report = reportOf(FORMATS.sevenZip);
  const start = await exactly(input, 0, START);
  if (start.u64(20) === 0) {
    report.facts.push({ name: FACTS.entries, value: "0" });
    return report;
  }
  const reader = new Reader(await readHeader(input, start));
  if (reader.byte() !== HEADER) throw new Damaged("header");
  let streams: Streams = { packed: [], folders: [], sizes: [] };
  let listing: Listing | undefined;
  for (let part = reader.byte(); part !== 0; part = reader.byte()) {
    if (part === PROPERTIES) reader.skipProperties();
    else if (part === MORE_STREAMS) readStreams(reader);
    else if (part === STREAMS) streams = readStreams(reader);
    else if (part === FILES) listing = readFiles(reader);
    else throw new Damaged("header");
  }
  tell(report, input.size, streams, listing);
  return report;
}

/** Returns the header, unpacked. */
async function readHeader(input: Input, start: Block): Promise<Block> {
  let header = await exactly(input, START + start.u64(12), start.u64(20));
  for (let depth = 0; header.u8(0) === PACKED_HEADER; depth++) {
    if (depth === NESTING) throw new Damaged("header");
    const { packed, folders } = readStreams(new Reader(header, 1));
    const [folder] = folders;
    const [part] = packed;
    if (folder === undefined || part === undefined) throw new Damaged("header");
    header = new Block(unpack(folder, (await exactly(input, START + part.offset, part.size)).bytes));
  }
  return header;
}

function unpack(folder: Folder, packed: Uint8Array): Uint8Array {
  if (isEncrypted(folder)) throw new Locked();
  const [coder, ...others] = folder.coders;
  if (folder.size > READ_LIMIT) throw new TooMuch("part");
  if (coder?.method === COPY && others.length === 0) return packed;
  if (coder?.method !== LZMA || others.length > 0) throw new TooMuch("method");
  // What is unpacked is its own dictionary.
  const decoder = new LzmaDecoder(Math.max(1, folder.size));
  decoder.setProperties(new Block(coder.properties).u8(0));
  const out = new Uint8Array(folder.size);
  decoder.decode(packed, out);
  return out;
}

function readFiles(reader: Reader): Listing {
  const count = reader.count();
  const names: string[] = [];
  let empty: boolean[] = [];
  let files: boolean[] = [];
  let attributes: (number | undefined)[] = [];
  for (let property = reader.number(); property !== 0; property = reader.number()) {
    const part = reader.part(reader.number());
    if (property === EMPTY_STREAM) empty = part.bits(count);
    else if (property === EMPTY_FILE) files = part.bits(empty.filter(Boolean).length);
    else if (property === NAMES) {
      part.refuseElsewhere();
      for (let file = 0; file < count; file++) names.push(part.wideText());
    } else if (property === ATTRIBUTES) {
      const defined = part.definedBits(count);
      part.refuseElsewhere();
      attributes = defined.map((is) => (is ? part.u32() : undefined));
    }
  }
  const places = new Map<number, number>();
  empty.forEach((is, file) => is && places.set(file, places.size));
  return {
    names,
    isEmpty: (file) => empty[file] === true,
    isFile: (file) => empty[file] !== true || files[places.get(file) ?? -1] === true,
    attributes: (file) => attributes[file] ?? 0,
  };
}

function tell(report: Report, fileSize: number, streams: Streams, listing: Listing | undefined): void {
  const names = listing?.names ?? [];
  const table = new TableMaker(TABLES.contents, [COLUMNS.name, COLUMNS.size, COLUMNS.permissions]);
  let plain = 0;
  let stream = 0;
  for (const [file, name] of names.entries()) {
    const size = listing?.isEmpty(file) === true ? 0 : (streams.sizes[stream++] ?? 0);
    const attributes = listing?.attributes(file) ?? 0;
    const mode = (attributes & HAS_MODE) === 0 ? 0 : attributes >>> 16;
    const link = (mode & 0o170000) === 0o120000;
    const isFile = listing?.isFile(file) === true && (attributes & IS_FOLDER) === 0;
    table.add(
      name,
      [name, isFile ? sizeWords(size) : "", mode === 0 ? "" : modeWords(mode & 0o7777)],
      pathWarning(
        name.replaceAll("\\", "/"),
        "",
        link ? "symlink" : isFile ? "file" : "folder",
        mode & 0o7777,
      ),
    );
    plain += size;
  }
  report.facts.push({ name: FACTS.entries, value: formatCount(names.length) });
  report.facts.push(unpackedFact(plain, fileSize));
  if (streams.folders.some(isEncrypted))
    report.facts.push({
      name: FACTS.encrypted,
      value: VALUES.yes,
      warning: WARNINGS.lockedFiles,
    });
  report.tables.push(table.done());
}
