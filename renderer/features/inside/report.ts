// What was found inside a file: facts and tables of plain text, whatever the format. Crosses from the worker to the page.
import { NOTES } from "../../../texts/formats.js";
import { utf8 } from "./input.js";

export interface Report {
  /** What the file is, in words: "ZIP archive". */
  format: string;
  facts: Fact[];
  tables: Table[];
  /** Whole texts worth reading: the scripts of a package. */
  texts: { title: string; text: string }[];
  /** What a reader must know about this report itself: that it is cut short, for instance. */
  notes: string[];
  /** Whether it can be shown as a font. */
  isFont?: true;
}

export interface Fact {
  name: string;
  value: string;
  /** Why it deserves a look. */
  warning?: string;
}

export interface Table {
  title: string;
  columns: string[];
  rows: Row[];
  /** Rows beyond those that are told. */
  more: number;
}

export interface Row {
  /** What tells a row from the others of its table, on both sides of a change. */
  key: string;
  cells: string[];
  warning?: string;
}

/** The most rows of one table, and characters of one cell, of one fact and of one text. */
export const ROW_LIMIT = 20_000;
export const CELL_LIMIT = 400;
export const FACT_LIMIT = 4096;
export const TEXT_LIMIT = 64 * 1024;

/** Returns a report with nothing in it yet. */
export function reportOf(format: string): Report {
  return { format, facts: [], tables: [], texts: [], notes: [] };
}

/** A table under way: keeps what fits and counts the rest. */
export class TableMaker {
  private readonly rows: Row[] = [];
  private more = 0;

  constructor(
    private readonly title: string,
    private readonly columns: string[],
  ) {}

  get length(): number {
    return this.rows.length + this.more;
  }

  add(key: string, cells: readonly string[], warning?: string): void {
    if (this.rows.length >= ROW_LIMIT) this.more += 1;
    else
      this.rows.push({
        key: keyOf(key),
        cells: cells.map((cell) => cut(cell, CELL_LIMIT)),
        ...(warning === undefined ? {} : { warning }),
      });
  }

  done(): Table {
    return { title: this.title, columns: this.columns, rows: this.rows, more: this.more };
  }
}

/** Returns a report whose facts and texts are cut where they are too long, and which says so. Tables are cut by their maker. */
export function bounded(report: Report): Report {
  const long = report.texts.filter(({ text }) => text.length > TEXT_LIMIT);
  return {
    ...report,
    facts: report.facts.map((fact) => ({ ...fact, value: cut(fact.value, FACT_LIMIT) })),
    texts: report.texts.map(({ title, text }) => ({ title, text: cut(text, TEXT_LIMIT) })),
    notes: [...report.notes, ...long.map(({ title }) => NOTES.cutText(title))],
  };
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${copyOf(text.slice(0, limit))}…` : text;
}

/** A key that is too long is its two ends and its length: names in one folder differ at their end. */
function keyOf(key: string): string {
  if (key.length <= CELL_LIMIT) return key;
  const half = CELL_LIMIT / 2;
  return `${copyOf(key.slice(0, half))}…${copyOf(key.slice(-half))} ${key.length}`;
}

const encoder = new TextEncoder();

/** A slice keeps the whole text in memory that it is of; this keeps only itself. */
function copyOf(slice: string): string {
  return utf8(encoder.encode(slice));
}
