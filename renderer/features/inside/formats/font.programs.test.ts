// Web fonts: a real font with its tables packed one by one and all together, and hostile ones.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inputOf } from "../input.js";
import { inspect } from "../inspect.js";

interface Table {
  tag: string;
  bytes: Buffer;
}

/** Returns some tables of a TrueType font. */
function tablesOf(font: Buffer, ...wanted: string[]): Table[] {
  return Array.from({ length: font.readUInt16BE(4) }, (_, number) => 12 + number * 16)
    .map((at) => ({
      tag: font.toString("latin1", at, at + 4),
      bytes: font.subarray(font.readUInt32BE(at + 8), font.readUInt32BE(at + 8) + font.readUInt32BE(at + 12)),
    }))
    .filter(({ tag }) => wanted.includes(tag));
}

/** Returns tables as a web font, each packed by itself (WOFF 1.0). */
function woff(tables: readonly Table[]): Buffer {
  const list = Buffer.alloc(44 + tables.length * 20);
  list.write("wOFF", 0);
  list.writeUInt16BE(tables.length, 12);
  const parts: Buffer[] = [list];
  let at = list.length;
  for (const [number, { tag, bytes }] of tables.entries()) {
    const packed = deflateSync(bytes);
    const kept = packed.length < bytes.length ? packed : bytes;
    list.write(tag, 44 + number * 20, "latin1");
    [at, kept.length, bytes.length].forEach((value, place) =>
      list.writeUInt32BE(value, 48 + number * 20 + place * 4),
    );
    parts.push(kept);
    at += kept.length;
  }
  return Buffer.concat(parts);
}

/** Returns tables as a web font, all packed together (WOFF 2.0); as a collection, when `fonts` says so. */
function woff2(tables: readonly Table[], fonts = Buffer.alloc(0)): Buffer {
  const numbers: Record<string, number> = { cmap: 0, head: 1, maxp: 4, name: 5, glyf: 10, loca: 11 };
  const number = (value: number): number[] => {
    const bytes = [value & 0x7f];
    for (let left = value >> 7; left > 0; left >>= 7) bytes.unshift((left & 0x7f) | 0x80);
    return bytes;
  };
  const list = tables.flatMap(({ tag, bytes }) => {
    const known = numbers[tag];
    const flags = (known ?? 63) | (tag === "glyf" || tag === "loca" ? 3 << 6 : 0);
    return [flags, ...(known === undefined ? Buffer.from(tag, "latin1") : []), ...number(bytes.length)];
  });
  const packed = brotliCompressSync(Buffer.concat(tables.map(({ bytes }) => bytes)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 3 },
  });
  const header = Buffer.alloc(48);
  header.write("wOF2", 0);
  if (fonts.length > 0) header.write("ttcf", 4);
  header.writeUInt16BE(tables.length, 12);
  header.writeUInt32BE(packed.length, 20);
  return Buffer.concat([header, Buffer.from(list), fonts, packed]);
}

const DEJAVU = readFileSync("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf");
const SMALL = tablesOf(DEJAVU, "gasp", "head", "maxp", "name");
/** A collection of two fonts that share all tables. */
const FONTS = Buffer.from([0, 1, 0, 0, 2, ...[4, 0, 1, 0, 0, 0, 1, 2, 3], ...[4, 0, 1, 0, 0, 0, 1, 2, 3]]);
const KINDS: readonly (readonly [string, Buffer, list: number])[] = [
  ["packed one by one", woff(SMALL), 44 + SMALL.length * 20],
  ["packed together", woff2(SMALL), 64],
  ["a packed collection", woff2(SMALL, FONTS), 88],
];
const look = (bytes: Uint8Array) => inspect(inputOf(new Uint8Array(bytes)), "x.woff");

describe.each(KINDS)("a web font, %s", (_, font, list) => {
  it("tells its names", async () => {
    const report = await look(font);
    expect(report?.format).toBe("Web font");
    expect(report?.facts).toContainEqual({ name: "Family", value: "DejaVu Sans" });
    expect(report?.facts.map(({ name }) => name)).toContain("Characters drawn");
  });

  it("ends in an error of ours or a report, whatever is broken in its list of tables", async () => {
    const ends = new Set<string>();
    for (let at = 4; at < list; at++) {
      const bytes = new Uint8Array(font);
      bytes[at] = 0xff;
      ends.add(
        await look(bytes).then(
          () => "told",
          (thrown: unknown) => (thrown instanceof Error ? thrown.constructor.name : "odd"),
        ),
      );
    }
    expect([...ends].filter((end) => !["told", "Damaged", "TooMuch"].includes(end))).toEqual([]);
  });
});

it("a whole web font with its outlines tells its names", async () => {
  const report = await look(woff2(tablesOf(DEJAVU, "cmap", "glyf", "head", "loca", "maxp", "name")));
  expect(report?.facts).toContainEqual({ name: "Full name", value: "DejaVu Sans" });
});

it("a web font is unpacked as far as its names, and no further than 32 MB", async () => {
  const large = { tag: "glyf", bytes: Buffer.alloc(100 * 1024 * 1024) };
  const report = await look(woff2([...SMALL, large]));
  expect(report?.facts).toContainEqual({ name: "Family", value: "DejaVu Sans" });
  await expect(look(woff2([large, ...SMALL]))).rejects.toThrow("it holds too much");
});

it("a web font whose packed data break off is damaged", async () => {
  await expect(look(woff2(SMALL).subarray(0, 200))).rejects.toThrow("lies outside of it");
  const broken = woff2(SMALL);
  broken.fill(0, 100);
  await expect(look(broken)).rejects.toThrow("packed data are damaged");
});
