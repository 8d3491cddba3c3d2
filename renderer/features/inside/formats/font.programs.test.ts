// Web fonts: a real font with its tables packed one by one, and hostile ones.
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { inputOf } from "../input.js";
import { inspect } from "../inspect.js";

/** Returns some tables of a TrueType font as a web font (WOFF 1.0). */
function webFont(font: Buffer, ...wanted: string[]): Buffer {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, number) =>
    font.subarray(12 + number * 16, 28 + number * 16),
  ).filter((entry) => wanted.includes(entry.toString("latin1", 0, 4)));
  const count = tables.length;
  const list = Buffer.alloc(44 + count * 20);
  list.write("wOFF", 0);
  list.writeUInt16BE(count, 12);
  const parts: Buffer[] = [list];
  let at = list.length;
  for (const [number, entry] of tables.entries()) {
    const [offset, length] = [entry.readUInt32BE(8), entry.readUInt32BE(12)];
    const plain = font.subarray(offset, offset + length);
    const packed = deflateSync(plain);
    const kept = packed.length < length ? packed : plain;
    entry.copy(list, 44 + number * 20, 0, 4);
    [at, kept.length, length].forEach((value, place) =>
      list.writeUInt32BE(value, 48 + number * 20 + place * 4),
    );
    parts.push(kept);
    at += kept.length;
  }
  return Buffer.concat(parts);
}

const FONT = webFont(readFileSync("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"), "name", "maxp", "head");
const look = (bytes: Uint8Array) => inspect(inputOf(new Uint8Array(bytes)), "x.woff");

it("tells the names of a web font", async () => {
  const report = await look(FONT);
  expect(report?.format).toBe("Web font");
  expect(report?.facts).toContainEqual({ name: "Family", value: "DejaVu Sans" });
  expect(report?.facts.map(({ name }) => name)).toContain("Characters drawn");
});

it("ends in an error of ours or a report, whatever is broken in its list of tables", async () => {
  const ends = new Set<string>();
  for (let at = 4; at < 44 + FONT.readUInt16BE(12) * 20; at++) {
    const bytes = new Uint8Array(FONT);
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
