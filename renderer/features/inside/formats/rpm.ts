// What an RPM package is, what it would install, and the scripts that it would run: all of it stands in its header. Its
// content is not unpacked.
import { formatCount } from "../../../../texts/format.js";
import {
  COLUMNS,
  ENTRY_KINDS,
  FACTS,
  FORMATS,
  SCRIPT_TIMES,
  TABLES,
  WARNINGS,
} from "../../../../texts/formats.js";
import { Block, Damaged, exactly, type Input, TooMuch, utf8 } from "../input.js";
import { type Report, reportOf, TableMaker } from "../report.js";
import { type EntryKind, modeWords, pathWarning, sizeWords } from "../words.js";

const LEAD = 96;
const HEAD = 16;
const ENTRY = 16;
const MAGIC = 0x8eade801;
/** More entries than any package has. */
const ENTRIES = 65_536;
/** More values than any entry has: a header of the largest size that is read could not name so many files. */
const VALUES = 262_144;
/** No system has longer names. All files may name one folder: it would be in memory once for each of them. */
const NAME_LIMIT = 4096;

const TOLD: readonly (readonly [tag: number, name: string])[] = [
  [1000, FACTS.package],
  [1001, FACTS.version],
  [1002, FACTS.release],
  [1022, FACTS.architecture],
  [1011, FACTS.vendor],
  [1015, FACTS.packager],
  [1014, FACTS.license],
  [1020, FACTS.homepage],
  [1004, FACTS.description],
];
const SCRIPTS: readonly (readonly [tag: number, name: string])[] = [
  [1151, SCRIPT_TIMES.beforeAll],
  [1023, SCRIPT_TIMES.before],
  [1024, SCRIPT_TIMES.after],
  [1152, SCRIPT_TIMES.afterAll],
  [1025, SCRIPT_TIMES.beforeRemoval],
  [1026, SCRIPT_TIMES.afterRemoval],
  [1065, SCRIPT_TIMES.trigger],
];
const SIZE = 1009;
const SIZES = 1028;
const MODES = 1030;
const LINKS = 1036;
const OWNERS = 1039;
const GROUPS = 1040;
const NEEDS = 1049;
const FOLDER_OF = 1116;
const NAMES = 1117;
const FOLDERS = 1118;
const LONG_SIZES = 5008;
const LONG_SIZE = 5009;

export async function inspectRpm(input: Input): Promise<Report> {
  const signature = await readHeader(input, LEAD);
  const header = await readHeader(input, Math.ceil(signature.end / 8) * 8);
  const report = reportOf(FORMATS.rpm);
  for (const [tag, name] of TOLD) {
    const [value] = header.texts(tag);
    if (value !== undefined) report.facts.push({ name, value });
  }
  for (const [tag, title] of SCRIPTS) {
    const text = header.texts(tag).join("\n");
    if (text !== "") report.texts.push({ title, text });
  }
  if (report.texts.length > 0)
    report.facts.push({
      name: FACTS.scripts,
      value: report.texts.map(({ title }) => title).join(", "),
      warning: WARNINGS.rootScripts,
    });
  const needs = new TableMaker(TABLES.needs, [COLUMNS.name]);
  for (const name of new Set(header.names(NEEDS))) needs.add(name, [name]);
  const files = listFiles(header);
  report.facts.push({ name: FACTS.files, value: formatCount(files.length) });
  const size = header.numbers(LONG_SIZE)[0] ?? header.numbers(SIZE)[0];
  if (size !== undefined) report.facts.push({ name: FACTS.sizeInstalled, value: sizeWords(size) });
  report.tables.push(files.done());
  if (needs.length > 0) report.tables.push(needs.done());
  return report;
}

function listFiles(header: Header): TableMaker {
  const table = new TableMaker(TABLES.installs, [
    COLUMNS.name,
    COLUMNS.kind,
    COLUMNS.size,
    COLUMNS.permissions,
    COLUMNS.owner,
  ]);
  const [names, folders, links] = [header.names(NAMES), header.names(FOLDERS), header.names(LINKS)];
  const [folderOf, modes] = [header.numbers(FOLDER_OF), header.numbers(MODES)];
  const [owners, groups] = [header.names(OWNERS), header.names(GROUPS)];
  const long = header.numbers(LONG_SIZES);
  const sizes = long.length > 0 ? long : header.numbers(SIZES);
  for (const [at, base] of names.entries()) {
    const name = `${folders[folderOf[at] ?? 0] ?? ""}${base}`;
    const mode = modes[at] ?? 0;
    const kind = kindOf(mode);
    const link = kind === "symlink" ? (links[at] ?? "") : "";
    table.add(
      name,
      [
        link === "" ? name : `${name} → ${link}`,
        ENTRY_KINDS[kind],
        kind === "file" ? sizeWords(sizes[at] ?? 0) : "",
        modeWords(mode & 0o7777),
        `${owners[at] ?? ""}:${groups[at] ?? ""}`,
      ],
      // A package names places from the root on, and its links may point anywhere on the system.
      pathWarning(name.replace(/^\//, ""), "", kind, mode & 0o7777),
    );
  }
  return table;
}

function kindOf(mode: number): EntryKind {
  switch (mode & 0o170000) {
    case 0o040000:
      return "folder";
    case 0o120000:
      return "symlink";
    case 0o020000:
    case 0o060000:
      return "device";
    case 0o010000:
      return "pipe";
    default:
      return "file";
  }
}

/** Sizes of numbers, by their type. Texts are of the types 6, 8 and 9. */
const WIDTHS: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 };
const TEXT_TYPES: ReadonlySet<number> = new Set([6, 8, 9]);

/** A header: values by their tags. */
class Header {
  private readonly places = new Map<number, { type: number; at: number; count: number }>();

  constructor(
    index: Block,
    private readonly values: Block,
    readonly end: number,
  ) {
    for (let at = 0; at < index.length; at += ENTRY) {
      const place = { type: index.u32(at + 4), at: index.u32(at + 8), count: index.u32(at + 12) };
      this.places.set(index.u32(at), place);
    }
  }

  /** Texts that are names: none of them is long. */
  names(tag: number): string[] {
    return this.texts(tag, NAME_LIMIT);
  }

  texts(tag: number, limit = Number.POSITIVE_INFINITY): string[] {
    const place = this.places.get(tag);
    if (place === undefined || !TEXT_TYPES.has(place.type)) return [];
    refuseMany(place.count);
    const texts: string[] = [];
    for (let { at } = place; texts.length < place.count;) {
      const end = this.values.bytes.indexOf(0, at);
      if (end === -1) throw new Damaged("endlessText");
      if (end - at > limit) throw new Damaged("longName");
      texts.push(utf8(this.values.slice(at, end - at)));
      at = end + 1;
    }
    return texts;
  }

  numbers(tag: number): number[] {
    const place = this.places.get(tag);
    const width = WIDTHS[place?.type ?? 0];
    if (place === undefined || width === undefined) return [];
    refuseMany(place.count);
    this.values.slice(place.at, place.count * width);
    return Array.from({ length: place.count }, (_, number) => {
      const at = place.at + number * width;
      if (width === 8) return this.values.u64(at);
      return width === 4 ? this.values.u32(at) : width === 2 ? this.values.u16(at) : this.values.u8(at);
    });
  }
}

function refuseMany(count: number): void {
  if (count > VALUES) throw new TooMuch("names");
}

async function readHeader(input: Input, at: number): Promise<Header> {
  const head = new Block((await exactly(input, at, HEAD)).bytes, false);
  if (head.u32(0) !== MAGIC) throw new Damaged("aHeader");
  const [entries, size] = [head.u32(8), head.u32(12)];
  if (entries > ENTRIES) throw new Damaged("aHeader");
  const index = new Block((await exactly(input, at + HEAD, entries * ENTRY)).bytes, false);
  const start = at + HEAD + entries * ENTRY;
  return new Header(index, new Block((await exactly(input, start, size)).bytes, false), start + size);
}
