// What was found inside a file: facts and tables of plain text, whatever the format. Crosses from the worker to the page.

export interface Report {
  /** What the file is, in words: "ZIP archive". */
  format: string;
  facts: Fact[];
  tables: Table[];
  /** Whole texts worth reading: the scripts of a package. */
  texts: { title: string; text: string }[];
  /** What a reader must know about this report itself: that it is cut short, for instance. */
  notes: string[];
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

/** The most rows of one table, and characters of one cell and of one text. */
export const ROW_LIMIT = 20_000;
export const CELL_LIMIT = 400;
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
    else this.rows.push({ key, cells: cells.map(cut), ...(warning === undefined ? {} : { warning }) });
  }

  done(): Table {
    return { title: this.title, columns: this.columns, rows: this.rows, more: this.more };
  }
}

function cut(text: string): string {
  return text.length > CELL_LIMIT ? `${text.slice(0, CELL_LIMIT)}…` : text;
}
