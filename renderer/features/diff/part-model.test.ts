// Parts of a long text, put together again: nothing twice, nothing lost, no character and no line in two halves.
import { describe, expect, test } from "vitest";
import { decodeText, type Encoding } from "./encoding-model.js";
import { cutPart, partCount, partRange } from "./part-model.js";

function parts(file: Uint8Array, encoding: Encoding): string[] {
  const texts: string[] = [];
  for (let part = 0; part < partCount(file.length); part++) {
    const { offset, length } = partRange(part);
    const cut = cutPart(file.subarray(offset, offset + length), part, file.length, encoding);
    texts.push(decodeText(cut.bytes, encoding));
    if (cut.isLast) break;
  }
  return texts;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
function wide(text: string, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), little);
  return new Uint8Array(view.buffer);
}
const BORDER = 256 * 1024;

describe("a long text in parts", () => {
  const lines = Array.from({ length: 40_000 }, (_none, n) => `line ${n} é😀\n`).join("");
  const encoded: [Encoding, Uint8Array][] = [
    ["utf-8", utf8(lines)],
    ["utf-16le", wide(lines, true)],
    ["utf-16be", wide(lines, false)],
  ];
  test.each(encoded)("in %s is cut between lines", (encoding, file) => {
    const texts = parts(file, encoding);
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.join("") === lines).toBe(true);
    for (const text of texts) expect(text.endsWith("\n")).toBe(true);
  });

  test("that has no lines is cut between characters", () => {
    for (let shift = 0; shift < 4; shift++) {
      const text = "x".repeat(BORDER - shift) + "😀".repeat(30_000);
      expect(parts(utf8(text), "utf-8").join("") === text).toBe(true);
    }
    const pairs = `x${"😀".repeat(BORDER / 2)}`;
    expect(parts(wide(pairs, true), "utf-16le").join("") === pairs).toBe(true);
    expect(parts(wide(pairs, false), "utf-16be").join("") === pairs).toBe(true);
  });

  test("whose line ends right at a border goes on there, and ends where its last line does", () => {
    const exact = `${"x".repeat(BORDER - 1)}\n`;
    expect(parts(utf8(`${exact}rest`), "utf-8")).toEqual([exact, "rest"]);
    expect(parts(utf8(exact), "utf-8")).toEqual([exact]);
    const over = "x".repeat(BORDER + 9);
    expect(parts(utf8(`${over}\n`), "utf-8")).toEqual([`${over}\n`]);
  });
});
