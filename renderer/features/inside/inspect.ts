// Looks inside a file: finds out by its first bytes (and by its name, for texts) what it is, and asks who knows that.
import { FORMATS, TABLES } from "../../../texts/formats.js";
import { inspectDeb } from "./formats/deb.js";
import { inspectElf } from "./formats/elf.js";
import { inspectFont } from "./formats/font.js";
import { inspectPdf } from "./formats/pdf.js";
import { inspectRpm } from "./formats/rpm.js";
import { inspectScript } from "./formats/script.js";
import { inspectSevenZip } from "./formats/seven-zip.js";
import { inspectSqlite } from "./formats/sqlite.js";
import { structureOf } from "./formats/structure-names.js";
import { inspectStructure } from "./formats/structure.js";
import { isTarHeader, readTar, tellTar } from "./formats/tar.js";
import { inspectZip } from "./formats/zip.js";
import { type Input, utf8 } from "./input.js";
import { bounded, type Report, reportOf, TEXT_LIMIT } from "./report.js";
import { type Packing, packingOf, unpacked } from "./unpack.js";
import { unpackedFact } from "./words.js";

const PACKED: Readonly<Record<Packing, string>> = {
  bzip2: "bzip2",
  gzip: "gzip",
  xz: "xz",
  zstd: "Zstandard",
};

/** Returns what is inside, or null when nobody here knows such files. `name` is the last part of its path. */
export async function inspect(input: Input, name: string): Promise<Report | null> {
  const report = await askWhoKnows(input, name);
  return report === null ? null : bounded(report);
}

async function askWhoKnows(input: Input, name: string): Promise<Report | null> {
  const head = await input.read(0, 512);
  const text = (at: number, length: number): string => utf8(head.subarray(at, at + length));
  const magic = text(0, 4);
  if (magic === "\x7fELF") return inspectElf(input);
  if (["PK\x03\x04", "PK\x05\x06"].includes(magic)) return inspectZip(input);
  if (text(0, 8) === "!<arch>\n" && /\bdebian-binary/.test(text(8, 16))) return inspectDeb(input);
  if (head.subarray(0, 4).join() === "237,171,238,219") return inspectRpm(input);
  if (head.subarray(0, 6).join() === "55,122,188,175,39,28") return inspectSevenZip(input);
  // oxlint-disable-next-line alcatraz/words-in-texts -- how such a file begins
  if (text(0, 16) === "SQLite format 3\0") return inspectSqlite(input);
  if (magic === "%PDF") return inspectPdf(input);
  if (["OTTO", "ttcf", "wOFF", "wOF2", "true"].includes(magic) || head.subarray(0, 4).join() === "0,1,0,0")
    return inspectFont(input);
  const packing = packingOf(head);
  if (packing !== undefined) return inspectPacked(input, packing);
  if (isTarHeader(head)) {
    const report = reportOf(FORMATS.tar);
    tellTar(report, await readTar(unpacked(input, undefined), TABLES.contents));
    return report;
  }
  if (magic.startsWith("#!")) return inspectScript(input);
  const structure = structureOf(name);
  return structure === undefined ? null : inspectStructure(input, structure);
}

/** A packed file: an archive when a tar is in it, else just how large it is unpacked. */
async function inspectPacked(input: Input, packing: Packing): Promise<Report> {
  const parts = unpacked(input, packing);
  const first = await parts.next();
  const again = (async function* (): AsyncGenerator<Uint8Array> {
    if (first.done !== true) yield first.value;
    yield* parts;
  })();
  if (first.done !== true && isTarHeader(first.value)) {
    const report = reportOf(FORMATS.packedTar(PACKED[packing]));
    tellTar(report, await readTar(again, TABLES.contents));
    return report;
  }
  const report = reportOf(FORMATS.packed(PACKED[packing]));
  const beginning = new Uint8Array(TEXT_LIMIT + 1);
  let size = 0;
  for await (const part of again) {
    if (size < beginning.length) beginning.set(part.subarray(0, beginning.length - size), size);
    size += part.length;
  }
  const text = textOf(beginning.subarray(0, size));
  if (text !== undefined) report.texts.push({ title: TABLES.text, text });
  report.facts.push(unpackedFact(size, input.size));
  return report;
}

/** Returns bytes as the text that they are; undefined when they are none. The last character may be cut off. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}
