// RPM packages that say little and mean much: what they cost is bounded.
import { describe, expect, it } from "vitest";
import { Damaged, inputOf, TooMuch } from "../input.js";
import { inspect } from "../inspect.js";
import { CELL_LIMIT, FACT_LIMIT, type Report, TEXT_LIMIT } from "../report.js";

const NUMBERS = 4;
const TEXTS = 8;
const PACKAGE = 1000;
const DESCRIPTION = 1004;
const SCRIPT = 1023;
const LINKS = 1036;
const FOLDER_OF = 1116;
const NAMES = 1117;
const FOLDERS = 1118;

interface Entry {
  tag: number;
  type: number;
  count: number;
  data: Uint8Array;
}

function texts(tag: number, ...values: string[]): Entry {
  const data = new TextEncoder().encode(values.map((value) => `${value}\0`).join(""));
  return { tag, type: TEXTS, count: values.length, data };
}

/** Numbers as RPM writes them. */
function numbersOf(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of values.entries()) view.setUint32(4 * at, value);
  return bytes;
}

function headerOf(entries: readonly Entry[]): Uint8Array[] {
  const index: number[] = [];
  let size = 0;
  for (const { tag, type, count, data } of entries) {
    index.push(tag, type, size, count);
    size += data.length;
  }
  return [numbersOf(0x8eade801, 0, entries.length, size, ...index), ...entries.map(({ data }) => data)];
}

async function look(...entries: Entry[]): Promise<Report> {
  const lead = numbersOf(0xedabeedb, ...Array<number>(23).fill(0));
  const file = new Blob([lead, ...headerOf([]), ...headerOf(entries)] as BlobPart[]);
  const report = await inspect(inputOf(new Uint8Array(await file.arrayBuffer())), "x.rpm");
  if (report === null) throw new Error("nobody knows it");
  return report;
}

const bases = Array.from({ length: 20_000 }, (_, n) => `f${n}`);
/** Every file lies in the first folder. */
const filesIn = (folder: string): Entry[] => [texts(NAMES, ...bases), texts(FOLDERS, folder)];

describe("RPM packages that mean much", () => {
  it("every file names one folder of 4 MB", async () => {
    await expect(look(...filesIn("a".repeat(4 * 1024 * 1024)))).rejects.toThrow(Damaged);
  });

  it("every file names the longest folder there can be", async () => {
    const report = await look(...filesIn("a".repeat(4096)));
    const [files] = report.tables;
    expect(files!.rows).toHaveLength(20_000);
    // Cut, and yet none is like another.
    expect(new Set(files!.rows.map(({ key }) => key)).size).toBe(20_000);
    for (const { key, cells } of files!.rows)
      expect(Math.max(key.length, ...cells.map((cell) => cell.length))).toBeLessThan(CELL_LIMIT + 10);
  });

  it("a long script and a long fact are cut, and the script says so", async () => {
    const report = await look(
      texts(PACKAGE, "thing"),
      texts(DESCRIPTION, "d".repeat(100_000)),
      texts(SCRIPT, "s".repeat(100_000)),
    );
    expect(report.facts[0]).toEqual({ name: "Package", value: "thing" });
    expect(report.facts[1]!.value).toHaveLength(FACT_LIMIT + 1);
    expect(report.texts[0]!.text).toHaveLength(TEXT_LIMIT + 1);
    expect(report.notes).toEqual(["Only the beginning of this text is shown: before installing."]);
  });

  it("names or numbers without end", async () => {
    const count = 300_000;
    await expect(look({ ...texts(LINKS), count, data: new Uint8Array(count) })).rejects.toThrow(TooMuch);
    const numbers = { tag: FOLDER_OF, type: NUMBERS, count, data: new Uint8Array(4 * count) };
    await expect(look(texts(NAMES, "f"), numbers)).rejects.toThrow(TooMuch);
  });
});
