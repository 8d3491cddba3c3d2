// What a PDF says of itself, and what it can do beside being read. Its pages are drawn elsewhere (features/pages/).
import { FACTS, FORMATS, NOTES, PDF_ACTS, VALUES, WARNINGS } from "../../../../texts/formats.js";
import { type Input, inputOf } from "../input.js";
import { type Report, reportOf } from "../report.js";
import { inflated } from "../unpack.js";

const READ = 32 * 1024 * 1024;
const STEP = 4 * 1024 * 1024;
/** Packed parts of a PDF that hold its objects: so many, of so much each, are looked into. */
const STREAMS = 500;
const STREAM_LIMIT = 1024 * 1024;
/** A stream's object begins so many bytes before it, or it is not looked into. */
const OBJECT_LIMIT = 64 * 1024;

/** What a PDF says of where it is from, by the name of its key. */
const KEYS = {
  Title: FACTS.title,
  Author: FACTS.author,
  Creator: FACTS.creator,
  Producer: FACTS.producer,
} as const;

/** What a PDF may carry that acts, by the name of its object. */
const ACTS: readonly (readonly [pattern: RegExp, words: readonly [name: string, warning: string]])[] = [
  [/\/(JavaScript|JS)\b/, PDF_ACTS.javaScript],
  [/\/OpenAction\b|\/AA\b/, PDF_ACTS.actions],
  [/\/Launch\b/, PDF_ACTS.launch],
  [/\/EmbeddedFile\b|\/EmbeddedFiles\b/, PDF_ACTS.files],
  [/\/SubmitForm\b|\/ImportData\b/, PDF_ACTS.submit],
  [/\/RichMedia\b|\/Flash\b|\/3D\b/, PDF_ACTS.media],
  [/\/XFA\b/, PDF_ACTS.xfa],
];

export async function inspectPdf(input: Input): Promise<Report> {
  const report = reportOf(FORMATS.pdf);
  const { text, isPart } = await objects(input);
  const version = /^%PDF-(\d\.\d)/.exec(text)?.[1];
  if (version !== undefined) report.facts.push({ name: FACTS.version, value: version });
  // Old versions of a changed page stay in the file: this is about how many pages there are.
  const pages = Math.max(
    0,
    ...Array.from(text.matchAll(/\/Type\s*\/Pages\b[^]{0,2000}?\/Count\s+(\d+)/g), (found) =>
      Number(found[1]),
    ),
  );
  if (pages > 0) report.facts.push({ name: FACTS.pages, value: String(pages) });
  for (const [key, name] of Object.entries(KEYS)) {
    const value = new RegExp(`/${key}\\s*\\(((?:[^()\\\\]|\\\\.){1,300})\\)`).exec(text)?.[1];
    if (value !== undefined) report.facts.push({ name, value });
  }
  if (/\/Encrypt\b/.test(text))
    report.facts.push({ name: FACTS.encrypted, value: VALUES.yes, warning: WARNINGS.encrypted });
  const named = plainNames(text);
  for (const [pattern, [name, warning]] of ACTS)
    if (pattern.test(named)) report.facts.push({ name, value: VALUES.yes, warning });
  if (input.size > READ) report.notes.push(NOTES.cutLook);
  if (isPart) report.notes.push(NOTES.partLook);
  return report;
}

/** Undoes `#4a` in names (ISO 32000-1, 7.3.5): any letter may be written like this, to be overlooked. */
function plainNames(text: string): string {
  return text.replace(/#([0-9a-fA-F]{2})/g, (_escape, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

interface Objects {
  text: string;
  /** Some packed objects were not unpacked, or not to their end. */
  isPart: boolean;
}

/** Returns the document's objects as text, one character a byte: as they lie there, and those that are packed. */
async function objects(input: Input): Promise<Objects> {
  const parts: string[] = [];
  for (let at = 0; at < Math.min(input.size, READ); at += STEP) {
    const bytes = await input.read(at, STEP);
    if (bytes.length === 0) break;
    parts.push(latin1(bytes));
  }
  const raw = parts.join("");
  const all = [raw];
  let isPart = false;
  for (const found of raw.matchAll(/(?<!end)stream(?:\r\n|\r|\n)/g)) {
    const begin = raw.lastIndexOf("obj", found.index);
    const isFar = begin === -1 || found.index - begin > OBJECT_LIMIT;
    isPart ||= isFar;
    // Packed objects lie in streams of this type; pictures and pages are left alone.
    if (isFar || !/\/ObjStm\b/.test(plainNames(raw.slice(begin, found.index)))) continue;
    const start = found.index + found[0].length;
    const end = raw.indexOf("endstream", start);
    if (all.length > STREAMS || end === -1) {
      isPart = true;
      break;
    }
    const unpacked = await unpackObjects(raw.slice(start, end));
    all.push(unpacked.text);
    isPart ||= unpacked.isPart;
  }
  return { text: all.join("\n"), isPart };
}

/** Unpacks what Flate has packed; what is packed otherwise, or locked, is not looked into. */
async function unpackObjects(packed: string): Promise<Objects> {
  let text = "";
  try {
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    for await (const part of inflated(inputOf(bytes), "zlib")) {
      text += latin1(part);
      if (text.length > STREAM_LIMIT) return { text, isPart: true };
    }
  } catch {
    // Damage, or another packing: what was unpacked until then counts.
    return { text, isPart: true };
  }
  return { text, isPart: false };
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return text;
}
