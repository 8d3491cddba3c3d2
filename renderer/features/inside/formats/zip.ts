// What a ZIP archive holds, from the directory at its end. Nothing is unpacked, so a zip bomb is just a list.
import { formatCount } from "../../../../texts/format.js";
import { COLUMNS, FACTS, FORMATS, NOTES, TABLES, VALUES, WARNINGS } from "../../../../texts/formats.js";
import { Damaged, exactly, type Block, type Input } from "../input.js";
import { type Report, reportOf, TableMaker } from "../report.js";
import { modeWords, pathWarning, sizeWords, unpackedFact } from "../words.js";

const END = 0x06054b50;
const END_SIZE = 22;
const LOCATOR_64 = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const ENTRY_SIZE = 46;
/** The end record may be followed by a comment of so many bytes. */
const COMMENT = 0xffff;
/** More is not listed; entries are at least ENTRY_SIZE bytes each. */
const DIRECTORY_LIMIT = 8 * 1024 * 1024;
const BOMB = 1000;

/** Formats that are ZIP archives by another name, by a file that tells them. */
const KNOWN: readonly (readonly [name: string, format: string])[] = [
  ["AndroidManifest.xml", FORMATS.android],
  ["META-INF/MANIFEST.MF", FORMATS.jar],
  ["word/document.xml", FORMATS.word],
  ["xl/workbook.xml", FORMATS.excel],
  ["ppt/presentation.xml", FORMATS.powerPoint],
  ["META-INF/container.xml", FORMATS.epub],
  ["META-INF/manifest.xml", FORMATS.openDocument],
];

export async function inspectZip(input: Input): Promise<Report> {
  const { offset, size, count } = await findDirectory(input);
  const directory = await exactly(input, offset, Math.min(size, DIRECTORY_LIMIT));
  const table = new TableMaker(TABLES.contents, [
    COLUMNS.name,
    COLUMNS.size,
    COLUMNS.packed,
    COLUMNS.permissions,
  ]);
  const names = new Set<string>();
  let plain = 0;
  let encrypted = 0;
  let macros = false;
  let at = 0;
  while (at + ENTRY_SIZE <= directory.length && directory.u32(at) === ENTRY) {
    const nameSize = directory.u16(at + 28);
    const end = at + ENTRY_SIZE + nameSize + directory.u16(at + 30) + directory.u16(at + 32);
    if (end > directory.length) break;
    const name = directory.text(at + ENTRY_SIZE, nameSize);
    const [packed, unpacked] = sizesOf(directory, at, nameSize);
    const unixMade = directory.u8(at + 5) === 3;
    const mode = unixMade ? directory.u32(at + 38) >>> 16 : 0;
    const link = (mode & 0o170000) === 0o120000;
    const bomb = unpacked > BOMB * Math.max(packed, 1) && unpacked > 100_000_000;
    const warning = bomb
      ? WARNINGS.oversized
      : pathWarning(name.replaceAll("\\", "/"), "", link ? "symlink" : "file", mode & 0o7777);
    table.add(
      name,
      [
        name,
        name.endsWith("/") ? "" : sizeWords(unpacked),
        sizeWords(packed),
        mode === 0 ? "" : modeWords(mode & 0o7777),
      ],
      warning,
    );
    if (names.size < 10_000) names.add(name);
    if ((directory.u16(at + 8) & 1) !== 0) encrypted += 1;
    if (/(^|\/)vbaProject\.bin$/i.test(name)) macros = true;
    plain += unpacked;
    at = end;
  }
  if (table.length === 0 && count > 0) throw new Damaged("contents");
  const format = KNOWN.find(([name]) => names.has(name))?.[1] ?? FORMATS.zip;
  const report = reportOf(format);
  report.facts.push({ name: FACTS.entries, value: formatCount(Math.max(count, table.length)) });
  report.facts.push(unpackedFact(plain, input.size));
  if (encrypted > 0)
    report.facts.push({
      name: FACTS.encryptedEntries,
      value: formatCount(encrypted),
      warning: WARNINGS.lockedEntries,
    });
  if (macros)
    report.facts.push({
      name: FACTS.macros,
      value: VALUES.yes,
      warning: WARNINGS.macros,
    });
  if (table.length < count) report.notes.push(NOTES.cutEntries(table.length, count));
  report.tables.push(table.done());
  return report;
}

interface Directory {
  offset: number;
  size: number;
  count: number;
}

async function findDirectory(input: Input): Promise<Directory> {
  const length = Math.min(input.size, END_SIZE + COMMENT);
  const tail = await exactly(input, input.size - length, length);
  for (let at = tail.length - END_SIZE; at >= 0; at--) {
    if (tail.u32(at) !== END) continue;
    const directory = { count: tail.u16(at + 10), size: tail.u32(at + 12), offset: tail.u32(at + 16) };
    const large =
      directory.count === 0xffff || directory.size === 0xffffffff || directory.offset === 0xffffffff;
    if (!large || at < 20 || tail.u32(at - 20) !== LOCATOR_64) return directory;
    const end = await exactly(input, tail.u64(at - 20 + 8), 56);
    if (end.u32(0) !== END_64) throw new Damaged("contents");
    return { count: end.u64(32), size: end.u64(40), offset: end.u64(48) };
  }
  throw new Damaged("noContents");
}

/** Returns the packed and the plain size of an entry; large ones stand in its extra field. */
function sizesOf(directory: Block, at: number, nameSize: number): [number, number] {
  const packed = directory.u32(at + 20);
  const plain = directory.u32(at + 24);
  if (packed !== 0xffffffff && plain !== 0xffffffff) return [packed, plain];
  let field = at + ENTRY_SIZE + nameSize;
  const end = field + directory.u16(at + 30);
  while (field + 4 <= end) {
    const size = directory.u16(field + 2);
    if (directory.u16(field) === 1) {
      let value = field + 4;
      const large = (small: number): number => {
        if (small !== 0xffffffff) return small;
        value += 8;
        return directory.u64(value - 8);
      };
      const first = large(plain);
      return [large(packed), first];
    }
    field += 4 + size;
  }
  return [packed, plain];
}
