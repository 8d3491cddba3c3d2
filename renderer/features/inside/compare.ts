// Two reports side by side: which facts and rows are new, gone or different. Pure.
import type { Fact, Report, Row, Table } from "./report.js";

export type Mark = "added" | "removed" | "changed" | "same";

export interface ComparedFact {
  name: string;
  before: string | undefined;
  after: string | undefined;
  mark: Mark;
  warning: string | undefined;
}

export interface ComparedRow {
  mark: Mark;
  cells: string[];
  warning: string | undefined;
}

export interface ComparedTable {
  title: string;
  columns: string[];
  rows: ComparedRow[];
  more: number;
  differs: number;
}

export interface Comparison {
  facts: ComparedFact[];
  tables: ComparedTable[];
  texts: { title: string; before: string | undefined; after: string | undefined }[];
}

/** Compares two reports; with one of them alone, everything is "same". */
export function compareReports(before: Report | undefined, after: Report | undefined): Comparison {
  const both = before !== undefined && after !== undefined;
  const names = (of: (report: Report) => string[]): string[] => [
    ...new Set([...(after === undefined ? [] : of(after)), ...(before === undefined ? [] : of(before))]),
  ];
  const table = (report: Report | undefined, title: string): Table | undefined =>
    report?.tables.find((each) => each.title === title);
  const text = (report: Report | undefined, title: string): string | undefined =>
    report?.texts.find((each) => each.title === title)?.text;
  return {
    facts: compareFacts(before?.facts ?? [], after?.facts ?? [], both),
    tables: names((report) => report.tables.map(({ title }) => title)).map((title) =>
      compareTables(title, table(before, title), table(after, title), both),
    ),
    texts: names((report) => report.texts.map(({ title }) => title)).map((title) => ({
      title,
      before: text(before, title),
      after: text(after, title),
    })),
  };
}

function compareFacts(before: readonly Fact[], after: readonly Fact[], both: boolean): ComparedFact[] {
  const left = keyed(before, ({ name }) => name);
  const right = keyed(after, ({ name }) => name);
  return [...new Set([...right.keys(), ...left.keys()])].map((key) => {
    const [old, now] = [left.get(key), right.get(key)];
    return {
      name: (now ?? old)!.name,
      before: old?.value,
      after: now?.value,
      mark: markOf(old, now, both, old?.value === now?.value),
      warning: (now ?? old)?.warning,
    };
  });
}

function compareTables(
  title: string,
  before: Table | undefined,
  after: Table | undefined,
  both: boolean,
): ComparedTable {
  const left = keyed(before?.rows ?? [], ({ key }) => key);
  const right = keyed(after?.rows ?? [], ({ key }) => key);
  const rows: ComparedRow[] = [];
  const add = (old: Row | undefined, now: Row | undefined): void => {
    const same =
      old !== undefined && now !== undefined && old.cells.every((cell, at) => cell === now.cells[at]);
    const mark = markOf(old, now, both, same);
    const cells =
      mark === "changed"
        ? now!.cells.map((cell, at) => changedCell(old!.cells[at] ?? "", cell))
        : (now ?? old)!.cells;
    rows.push({ mark, cells, warning: (now ?? old)!.warning });
  };
  for (const [key, now] of right) add(left.get(key), now);
  for (const [key, old] of left) if (!right.has(key)) add(old, undefined);
  return {
    title,
    columns: after?.columns ?? before?.columns ?? [],
    // What deserves a look is seen first, however long the table is.
    rows: [...rows.filter(hasWarning), ...rows.filter((row) => !hasWarning(row))],
    more: Math.max(before?.more ?? 0, after?.more ?? 0),
    differs: rows.filter(({ mark }) => mark !== "same").length,
  };
}

function hasWarning({ warning }: ComparedRow): boolean {
  return warning !== undefined;
}

function changedCell(before: string, after: string): string {
  return before === after ? after : `${before} → ${after}`;
}

function markOf(old: unknown, now: unknown, both: boolean, same: boolean): Mark {
  if (!both || same) return "same";
  return old === undefined ? "added" : now === undefined ? "removed" : "changed";
}

/** Rows by key; the second of the same key is told apart from the first. */
function keyed<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T> {
  const times = new Map<string, number>();
  const map = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const time = times.get(key) ?? 0;
    times.set(key, time + 1);
    map.set(`${time} ${key}`, item);
  }
  return map;
}
