// What a PDF says of itself, and what it can do beside being read. Its pages are drawn elsewhere (features/pages/).
import { type Input, inputOf } from "../input.js";
import { type Report, reportOf } from "../report.js";
import { inflated } from "../unpack.js";

const READ = 32 * 1024 * 1024;
const STEP = 4 * 1024 * 1024;
/** Packed parts of a PDF that hold its objects: so many, of so much each, are looked into. */
const STREAMS = 500;
const STREAM_LIMIT = 1024 * 1024;

/** What a PDF may carry that acts, by the name of its object. */
const ACTS: readonly (readonly [pattern: RegExp, name: string, warning: string])[] = [
  [/\/(JavaScript|JS)\b/, "JavaScript", "a viewer may run it"],
  [/\/OpenAction\b|\/AA\b/, "Acts by itself", "something happens when it is opened or turned over"],
  [/\/Launch\b/, "Starts programs", "it asks the viewer to start a program"],
  [/\/EmbeddedFile\b|\/EmbeddedFiles\b/, "Files inside", "it carries other files"],
  [/\/SubmitForm\b|\/ImportData\b/, "Sends data", "it sends what is filled in to somebody"],
  [/\/RichMedia\b|\/Flash\b|\/3D\b/, "Media", "it carries moving or three-dimensional media"],
  [/\/XFA\b/, "XFA form", "a form with programs of its own"],
];

export async function inspectPdf(input: Input): Promise<Report> {
  const report = reportOf("PDF document");
  const text = await objects(input);
  const version = /^%PDF-(\d\.\d)/.exec(text)?.[1];
  if (version !== undefined) report.facts.push({ name: "Version", value: version });
  // Old versions of a changed page stay in the file: this is about how many pages there are.
  const pages = Math.max(
    0,
    ...Array.from(text.matchAll(/\/Type\s*\/Pages\b[^]{0,2000}?\/Count\s+(\d+)/g), (found) =>
      Number(found[1]),
    ),
  );
  if (pages > 0) report.facts.push({ name: "Pages", value: String(pages) });
  for (const key of ["Title", "Author", "Creator", "Producer"]) {
    const value = new RegExp(`/${key}\\s*\\(((?:[^()\\\\]|\\\\.){1,300})\\)`).exec(text)?.[1];
    if (value !== undefined) report.facts.push({ name: key, value });
  }
  if (/\/Encrypt\b/.test(text))
    report.facts.push({ name: "Encrypted", value: "yes", warning: "what it holds cannot be looked into" });
  for (const [pattern, name, warning] of ACTS)
    if (pattern.test(text)) report.facts.push({ name, value: "yes", warning });
  if (input.size > READ) report.notes.push("Only the beginning of it was looked into.");
  return report;
}

/** Returns the document's objects as text, one character a byte: as they lie there, and those that are packed. */
async function objects(input: Input): Promise<string> {
  const parts: string[] = [];
  for (let at = 0; at < Math.min(input.size, READ); at += STEP) {
    const bytes = await input.read(at, STEP);
    if (bytes.length === 0) break;
    parts.push(latin1(bytes));
  }
  const raw = parts.join("");
  const unpackedParts: string[] = [];
  let looked = 0;
  // Packed objects lie in streams of this type; pictures and pages are left alone.
  for (const found of raw.matchAll(/\/Type\s*\/ObjStm\b[^]{0,400}?stream\r?\n/g)) {
    if (++looked > STREAMS) break;
    const start = found.index + found[0].length;
    const end = raw.indexOf("endstream", start);
    if (end === -1) break;
    unpackedParts.push(await unpackObjects(raw.slice(start, end)));
  }
  return raw + unpackedParts.join("\n");
}

async function unpackObjects(packed: string): Promise<string> {
  let text = "";
  try {
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    for await (const part of inflated(inputOf(bytes), "zlib")) {
      text += latin1(part);
      if (text.length > STREAM_LIMIT) break;
    }
  } catch {
    // A line feed behind the data, or damage: what was unpacked until then counts.
    return text;
  }
  return text;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return text;
}
