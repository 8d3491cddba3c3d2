// Exactly the characters of the golden table are escaped; the helper's test reads the same table.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { escapeText } from "./escape.js";

const Table = z.object({ escaped: z.array(z.tuple([z.string(), z.string()])) });
const FILE = new URL("../text/escapes.json", import.meta.url);
const { escaped } = Table.parse(JSON.parse(readFileSync(FILE, "utf8")));
const ranges = escaped.map(
  ([first, last]) => [Number.parseInt(first, 16), Number.parseInt(last, 16)] as const,
);

test("every character of Unicode is escaped if and only if the table says so", () => {
  const wrong: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const wanted = ranges.some(([first, last]) => first <= code && code <= last);
    if ((escapeText(character) !== character) !== wanted) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});

test("half a character is no text", () => expect(escapeText("a\ud800b")).toBe("a\\u{d800}b"));
