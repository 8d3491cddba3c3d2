// What an SQLite database holds: its tables and their rows, read from its pages. Runs no query and writes nothing.
// A change that still waits in a -wal file beside the database is not seen; the report says so.
import { COLUMNS, FACTS, FORMATS, NOTES, TABLES, VALUES, WARNINGS } from "../../../../texts/formats.js";
import { Block, Damaged, exactly, type Input, utf8 } from "../input.js";
import { type Report, reportOf, type Table, TableMaker } from "../report.js";
import { sizeWords } from "../words.js";

const HEADER = 100;
/** Tables, rows of one table, and pages that are read in all. */
const TABLE_LIMIT = 100;
const ROWS = 2000;
const PAGES = 20_000;
const PAYLOAD_LIMIT = 1024 * 1024;
const DEPTH = 40;

const INTERIOR = 0x05;
const LEAF = 0x0d;

type Value = null | number | bigint | string | Uint8Array;

export async function inspectSqlite(input: Input): Promise<Report> {
  const database = await Database.open(input);
  const report = reportOf(FORMATS.sqlite);
  report.facts.push(
    { name: FACTS.pageSize, value: sizeWords(database.pageSize) },
    { name: FACTS.schemaVersion, value: String(database.userVersion) },
  );
  const schema = new TableMaker(TABLES.schema, [COLUMNS.name, COLUMNS.kind, COLUMNS.definition]);
  const tables: { name: string; root: number; columns: Column[]; rowid: boolean }[] = [];
  for await (const { values } of database.rows(1)) {
    const [kind, name, , root, sql] = values;
    if (typeof kind !== "string" || typeof name !== "string") throw new Damaged("schema");
    const definition = typeof sql === "string" ? sql : "";
    schema.add(
      `${kind} ${name}`,
      [name, kind, definition.replaceAll(/\s+/g, " ")],
      kind === "trigger" ? WARNINGS.trigger : undefined,
    );
    if (kind === "table" && typeof root === "number" && root > 0)
      tables.push({
        name,
        root,
        columns: columnsOf(definition),
        rowid: !/WITHOUT\s+ROWID/i.test(definition),
      });
    if (schema.length > 10_000) throw new Damaged("largeSchema");
  }
  report.tables.push(schema.done());
  for (const table of tables.slice(0, TABLE_LIMIT)) {
    if (!table.rowid) report.notes.push(NOTES.noRowNumbers(table.name));
    else report.tables.push(await readTable(database, table));
  }
  if (tables.length > TABLE_LIMIT) report.notes.push(NOTES.moreTables(tables.length - TABLE_LIMIT));
  if (database.writeAhead) report.notes.push(NOTES.writeAhead);
  return report;
}

async function readTable(
  database: Database,
  { name, root, columns }: { name: string; root: number; columns: readonly Column[] },
): Promise<Table> {
  const rows = new TableMaker(
    TABLES.rows(name),
    columns.map((column) => column.name),
  );
  const number = columns.findIndex((column) => column.isNumber);
  for await (const { id, values } of database.rows(root)) {
    // A column that names the row is kept as its number alone.
    if (number !== -1) values[number] = id;
    rows.add(String(id), values.map(shown));
    if (rows.length > ROWS) break;
  }
  const table = rows.done();
  const listed = table.rows.slice(0, ROWS);
  return { ...table, rows: listed, more: table.more + table.rows.length - listed.length };
}

class Database {
  private pagesRead = 0;

  private constructor(
    private readonly input: Input,
    readonly pageSize: number,
    private readonly usable: number,
    private readonly encoding: number,
    readonly userVersion: number,
    readonly writeAhead: boolean,
  ) {}

  static async open(input: Input): Promise<Database> {
    const header = new Block((await exactly(input, 0, HEADER)).bytes, false);
    const size = header.u16(16) === 1 ? 65_536 : header.u16(16);
    if (size < 512 || (size & (size - 1)) !== 0) throw new Damaged("header");
    return new Database(
      input,
      size,
      size - header.u8(20),
      header.u32(56),
      header.u32(60),
      header.u8(18) === 2,
    );
  }

  /** Goes through the rows of a table, in the order of their numbers. */
  async *rows(root: number): AsyncGenerator<{ id: number; values: Value[] }> {
    const stack: { pages: number[]; at: number }[] = [{ pages: [root], at: 0 }];
    for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
      const number = level.pages[level.at++];
      if (number === undefined) {
        stack.pop();
        continue;
      }
      const page = await this.page(number);
      const start = number === 1 ? HEADER : 0;
      const kind = page.u8(start);
      const count = page.u16(start + 3);
      const cells = start + (kind === INTERIOR ? 12 : 8);
      if (kind === INTERIOR) {
        const pages = Array.from({ length: count }, (_, cell) => page.u32(page.u16(cells + cell * 2)));
        pages.push(page.u32(start + 8));
        if (stack.length > DEPTH) throw new Damaged("circle");
        stack.push({ pages, at: 0 });
      } else if (kind === LEAF) {
        for (let cell = 0; cell < count; cell++) yield await this.row(page, page.u16(cells + cell * 2));
      } else throw new Damaged("dataPage");
    }
  }

  private async row(page: Block, at: number): Promise<{ id: number; values: Value[] }> {
    const [size, afterSize] = varint(page, at);
    const [id, afterId] = varint(page, afterSize);
    const length = Number(size);
    const payload = await this.payload(page, afterId, length);
    return { id: Number(BigInt.asIntN(64, id)), values: this.record(payload) };
  }

  /** Returns a row's bytes; what does not fit into the page lies in a chain of others. */
  private async payload(page: Block, at: number, length: number): Promise<Block> {
    const most = this.usable - 35;
    if (length <= most) return new Block(page.slice(at, length), false);
    const least = Math.floor(((this.usable - 12) * 32) / 255) - 23;
    const wanted = least + ((length - least) % (this.usable - 4));
    const local = wanted <= most ? wanted : least;
    const whole = Math.min(length, PAYLOAD_LIMIT);
    const out = new Uint8Array(whole);
    out.set(page.slice(at, Math.min(local, whole)));
    let done = Math.min(local, whole);
    let next = page.u32(at + local);
    while (done < whole && next !== 0) {
      const overflow = await this.page(next);
      const part = overflow.slice(4, Math.min(this.usable - 4, whole - done));
      out.set(part, done);
      done += part.length;
      next = overflow.u32(0);
    }
    return new Block(out, false);
  }

  private record(payload: Block): Value[] {
    const [headerSize, first] = varint(payload, 0);
    const values: Value[] = [];
    let type = first;
    let at = Number(headerSize);
    while (type < Number(headerSize)) {
      const [code, next] = varint(payload, type);
      type = next;
      const [value, size] = this.value(payload, at, Number(code));
      values.push(value);
      at += size;
    }
    return values;
  }

  private value(payload: Block, at: number, code: number): [Value, number] {
    const sizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
    if (code >= 12) {
      const size = Math.floor((code - 12) / 2);
      // A very long value was cut with its payload.
      const bytes = payload.slice(
        Math.min(at, payload.length),
        Math.max(0, Math.min(size, payload.length - at)),
      );
      return [code % 2 === 0 ? bytes : this.text(bytes), size];
    }
    const size = sizes[code];
    if (size === undefined) throw new Damaged("row");
    if (code === 0) return [null, 0];
    if (code === 8 || code === 9) return [code - 8, 0];
    if (code === 7) {
      const view = new DataView(Uint8Array.from(payload.slice(at, 8)).buffer);
      return [view.getFloat64(0), 8];
    }
    let value = 0n;
    for (const byte of payload.slice(at, size)) value = (value << 8n) | BigInt(byte);
    const signed = BigInt.asIntN(size * 8, value);
    return [Number.isSafeInteger(Number(signed)) ? Number(signed) : signed, size];
  }

  private text(bytes: Uint8Array): string {
    if (this.encoding === 2) return new TextDecoder("utf-16le").decode(bytes);
    return this.encoding === 3 ? new TextDecoder("utf-16be").decode(bytes) : utf8(bytes);
  }

  private async page(number: number): Promise<Block> {
    if (number < 1) throw new Damaged("noDataPage");
    if (++this.pagesRead > PAGES) throw new Damaged("manyPages");
    return new Block((await exactly(this.input, (number - 1) * this.pageSize, this.pageSize)).bytes, false);
  }
}

function varint(block: Block, at: number): [value: bigint, next: number] {
  let value = 0n;
  for (let i = 0; i < 8; i++) {
    const byte = block.u8(at + i);
    value = (value << 7n) | BigInt(byte & 0x7f);
    if ((byte & 0x80) === 0) return [value, at + i + 1];
  }
  return [(value << 8n) | BigInt(block.u8(at + 8)), at + 9];
}

interface Column {
  name: string;
  /** Whether it is another name for the row's number. */
  isNumber: boolean;
}

/** Returns the columns, as far as a definition tells them plainly. */
function columnsOf(sql: string): Column[] {
  const open = sql.indexOf("(");
  if (open === -1) return [];
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  let quote = "";
  for (const c of sql.slice(open + 1, open + 20_000)) {
    if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'" || c === "`") quote = c;
    else if (c === "[") quote = "]";
    else if (c === "(") depth++;
    else if (c === ")") depth--;
    if (depth < 0) break;
    if (c === "," && depth === 0 && quote === "") {
      parts.push(part);
      part = "";
    } else part += c;
  }
  parts.push(part);
  return parts
    .map((text) => text.trim())
    .filter((text) => text !== "" && !/^(CONSTRAINT|PRIMARY\s+KEY|UNIQUE|CHECK|FOREIGN\s+KEY)\b/i.test(text))
    .map((text) => ({
      name:
        /^(?:"([^"]*)"|`([^`]*)`|\[([^\]]*)\]|'([^']*)'|([^\s(]+))/
          .exec(text)
          ?.slice(1)
          .find((name) => name !== undefined) ?? "",
      isNumber: /^\S+\s+INTEGER\s+PRIMARY\s+KEY\b(?!\s+DESC)/i.test(text),
    }));
}

function shown(value: Value): string {
  if (value === null) return "NULL";
  return value instanceof Uint8Array ? VALUES.bytes(value.length) : String(value);
}
