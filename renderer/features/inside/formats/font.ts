// What a font calls itself and who made it, from its table of names.
import { formatCount } from "../../../../texts/format.js";
import { FACTS, FORMATS } from "../../../../texts/formats.js";
import { Block, Damaged, exactly, type Input, partOf, utf8 } from "../input.js";
import { type Report, reportOf } from "../report.js";
import { inflated } from "../unpack.js";
import { woff2Tables } from "./woff2.js";

const NAMES: Readonly<Record<number, string>> = {
  0: FACTS.copyright,
  1: FACTS.family,
  2: FACTS.style,
  4: FACTS.fullName,
  5: FACTS.version,
  8: FACTS.maker,
  9: FACTS.designer,
  13: FACTS.license,
};
const NAME_LIMIT = 1024 * 1024;
const MOST_TABLES = 200;
/** How much of its profile says how many characters are drawn. */
const COUNT_SIZE = 6;

export async function inspectFont(input: Input): Promise<Report> {
  const head = new Block((await exactly(input, 0, 12)).bytes, false);
  const magic = head.text(0, 4);
  if (magic === "wOF2") {
    const report = fontReport(FORMATS.webFont);
    const tables = await woff2Tables(input);
    tellFont(report, tables.get("name"), tables.get("maxp"));
    return report;
  }
  if (magic === "wOFF") return inspectWebFont(input);
  const start = magic === "ttcf" ? new Block((await exactly(input, 12, 4)).bytes, false).u32(0) : 0;
  const report = fontReport(
    magic === "OTTO" ? FORMATS.openType : magic === "ttcf" ? FORMATS.fontCollection : FORMATS.trueType,
  );
  const tables = await readTables(input, start);
  const read = async (tag: string, most: number): Promise<Block | undefined> => {
    const place = tables.get(tag);
    if (place === undefined) return undefined;
    return new Block((await exactly(input, place.offset, Math.min(place.length, most))).bytes, false);
  };
  tellFont(report, await read("name", NAME_LIMIT), await read("maxp", COUNT_SIZE));
  return report;
}

/** A font with its tables packed one by one. */
async function inspectWebFont(input: Input): Promise<Report> {
  const count = new Block((await exactly(input, 12, 2)).bytes, false).u16(0);
  if (count > MOST_TABLES) throw new Damaged("fontTables");
  const list = new Block((await exactly(input, 44, count * 20)).bytes, false);
  const read = async (tag: string, most: number): Promise<Block | undefined> => {
    const at = Array.from({ length: count }, (_, number) => number * 20).find(
      (at) => list.text(at, 4) === tag,
    );
    if (at === undefined) return undefined;
    const part = partOf(input, list.u32(at + 4), list.u32(at + 8));
    if (part.size >= list.u32(at + 12))
      return new Block((await exactly(part, 0, Math.min(part.size, most))).bytes, false);
    const table = new Uint8Array(Math.min(list.u32(at + 12), most));
    let filled = 0;
    for await (const bytes of inflated(part, "zlib")) {
      table.set(bytes.subarray(0, table.length - filled), filled);
      filled += Math.min(bytes.length, table.length - filled);
      if (filled === table.length) break;
    }
    return new Block(table.subarray(0, filled), false);
  };
  const report = fontReport(FORMATS.webFont);
  tellFont(report, await read("name", NAME_LIMIT), await read("maxp", COUNT_SIZE));
  return report;
}

function fontReport(format: string): Report {
  return { ...reportOf(format), isFont: true };
}

function tellFont(report: Report, names: Block | undefined, profile: Block | undefined): void {
  if (names !== undefined) report.facts.push(...readNames(names));
  if (profile !== undefined)
    report.facts.push({ name: FACTS.characters, value: formatCount(profile.u16(4)) });
}

async function readTables(
  input: Input,
  start: number,
): Promise<Map<string, { offset: number; length: number }>> {
  const count = new Block((await exactly(input, start + 4, 2)).bytes, false).u16(0);
  if (count > MOST_TABLES) throw new Damaged("fontTables");
  const list = new Block((await exactly(input, start + 12, count * 16)).bytes, false);
  return new Map(
    Array.from({ length: count }, (_, number) => {
      const at = number * 16;
      return [list.text(at, 4), { offset: list.u32(at + 8), length: list.u32(at + 12) }];
    }),
  );
}

function readNames(table: Block): { name: string; value: string }[] {
  const texts = table.u16(4);
  const found = new Map<number, string>();
  for (let number = 0; number < table.u16(2); number++) {
    const at = 6 + number * 12;
    const [platform, id] = [table.u16(at), table.u16(at + 6)];
    if (NAMES[id] === undefined || (found.has(id) && platform !== 3)) continue;
    const bytes = table.slice(texts + table.u16(at + 10), table.u16(at + 8));
    found.set(id, platform === 1 ? utf8(bytes) : new TextDecoder("utf-16be").decode(bytes));
  }
  return [...found].toSorted(([a], [b]) => a - b).map(([id, value]) => ({ name: NAMES[id]!, value }));
}
