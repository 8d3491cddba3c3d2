// What a font calls itself and who made it, from its table of names.
import { Block, Damaged, exactly, type Input, utf8 } from "../input.js";
import { type Report, reportOf } from "../report.js";

const NAMES: Readonly<Record<number, string>> = {
  0: "Copyright",
  1: "Family",
  2: "Style",
  4: "Full name",
  5: "Version",
  8: "Maker",
  9: "Designer",
  13: "License",
};
const NAME_LIMIT = 1024 * 1024;

export async function inspectFont(input: Input): Promise<Report> {
  const head = new Block((await exactly(input, 0, 12)).bytes, false);
  const magic = head.text(0, 4);
  if (magic === "wOFF" || magic === "wOF2") {
    const report = reportOf("Web font");
    report.notes.push("Its names are packed and not shown.");
    return report;
  }
  const start = magic === "ttcf" ? new Block((await exactly(input, 12, 4)).bytes, false).u32(0) : 0;
  const report = reportOf(
    magic === "OTTO" ? "OpenType font" : magic === "ttcf" ? "Collection of fonts" : "TrueType font",
  );
  const tables = await readTables(input, start);
  const maxp = tables.get("maxp");
  if (maxp !== undefined) {
    const table = new Block((await exactly(input, maxp.offset, 6)).bytes, false);
    report.facts.push({ name: "Characters drawn", value: String(table.u16(4)) });
  }
  const name = tables.get("name");
  if (name !== undefined) report.facts.unshift(...(await readNames(input, name.offset, name.length)));
  return report;
}

async function readTables(
  input: Input,
  start: number,
): Promise<Map<string, { offset: number; length: number }>> {
  const count = new Block((await exactly(input, start + 4, 2)).bytes, false).u16(0);
  if (count > 200) throw new Damaged("its list of tables is too long");
  const list = new Block((await exactly(input, start + 12, count * 16)).bytes, false);
  return new Map(
    Array.from({ length: count }, (_, number) => {
      const at = number * 16;
      return [list.text(at, 4), { offset: list.u32(at + 8), length: list.u32(at + 12) }];
    }),
  );
}

async function readNames(
  input: Input,
  offset: number,
  length: number,
): Promise<{ name: string; value: string }[]> {
  const table = new Block((await exactly(input, offset, Math.min(length, NAME_LIMIT))).bytes, false);
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
