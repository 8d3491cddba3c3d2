// Settings files as what they say: each value by the way that leads to it, whatever order and spaces the text has.
import { formatCount } from "../../../../texts/format.js";
import { parseAllDocuments } from "yaml";
import { COLUMNS, FACTS, FORMATS, TABLES, WARNINGS } from "../../../../texts/formats.js";
import { Damaged, exactly, type Input, TooMuch } from "../input.js";
import type { Structure } from "./structure-names.js";
import { type Report, reportOf, ROW_LIMIT, TableMaker } from "../report.js";

const LIMIT = 4 * 1024 * 1024;
const DEPTH = 200;

export async function inspectStructure(input: Input, structure: Structure): Promise<Report> {
  if (input.size > LIMIT) throw new TooMuch("size");
  const text = (await exactly(input, 0, input.size)).text(0, input.size).replace(/^\ufeff/, "");
  const report = reportOf(FORMATS.structure(structure));
  const table = new TableMaker(TABLES.values, [COLUMNS.where, COLUMNS.value]);
  if (structure === "INI") addIni(table, text);
  else addValue(table, "", structure === "JSON" ? parseJson(text) : parseYaml(text), 0);
  report.facts.push({ name: FACTS.values, value: formatCount(table.length) });
  report.tables.push(table.done());
  return report;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Damaged("json");
  }
}

function parseYaml(text: string): unknown {
  // Without tags of its own and with few aliases, a text cannot grow into much more than it is.
  const documents = parseAllDocuments(text, {
    schema: "core",
    stringKeys: true,
    prettyErrors: false,
    logLevel: "silent",
  });
  if (!Array.isArray(documents)) return null;
  try {
    const values = documents.map((document) => {
      if (document.errors.length > 0) throw new Damaged("yaml");
      return document.toJS({ maxAliasCount: 50 }) as unknown;
    });
    return values.length === 1 ? values[0] : values;
  } catch (thrown) {
    // A text that is whole may still stand for far more than it is.
    if (thrown instanceof ReferenceError && thrown.message.startsWith("Excessive"))
      throw new TooMuch("aliases");
    throw new Damaged("yaml");
  }
}

function addValue(table: TableMaker, where: string, value: unknown, depth: number): void {
  if (table.length > ROW_LIMIT) return;
  if (depth > DEPTH) throw new TooMuch("depth");
  if (typeof value !== "object" || value === null) {
    table.add(where, [where === "" ? "." : where, JSON.stringify(value) ?? "null"]);
    return;
  }
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((each: unknown, place) => [`${where}[${place}]`, each])
    : Object.entries(value).map(([key, each]) => [
        `${where}.${/^[\w$-]+$/.test(key) ? key : JSON.stringify(key)}`,
        each,
      ]);
  if (entries.length === 0)
    table.add(where, [where === "" ? "." : where, Array.isArray(value) ? "[]" : "{}"]);
  for (const [place, each] of entries) addValue(table, place, each, depth + 1);
}

/** Keys that name what is run, in .desktop entries and systemd units. */
const RUNS = /^(Exec|TryExec|ExecStart|ExecStartPre|ExecStartPost|ExecStop|ExecReload)$/;

function addIni(table: TableMaker, text: string): void {
  let section = "";
  const seen = new Map<string, number>();
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const heading = /^\[(.*)\]$/.exec(line);
    if (heading !== null) {
      section = heading[1]!;
      continue;
    }
    const equals = line.search(/[=:]/);
    const key = equals === -1 ? line : line.slice(0, equals).trim();
    const value = equals === -1 ? "" : line.slice(equals + 1).trim();
    const where = section === "" ? key : `[${section}] ${key}`;
    // The same key may stand there again and again.
    const times = (seen.get(where) ?? 0) + 1;
    seen.set(where, times);
    table.add(`${where} ${times}`, [where, value], RUNS.test(key) ? WARNINGS.startsProgram : undefined);
  }
}
