// The page keeps to its own tokens: two sizes of text beside the terminal's and one of headings, a grid of 4 px, motion of one length.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const RENDERER = join(import.meta.dirname, "../renderer");

const sheets = readdirSync(RENDERER, { recursive: true }).filter((file) => file.endsWith(".css"));
const declared = sheets.flatMap((file) =>
  [...readFileSync(join(RENDERER, file), "utf8").matchAll(/^\s+([a-z-]+):\s*([^;{}]+);/gm)].map(
    ([, name = "", value = ""]) => ({ file, name, value }),
  ),
);
const of = (name) => declared.filter((each) => name.test(each.name));

test("a text has one of two sizes, a heading its own", () => {
  const sizes = of(/^font-size$/);
  const fonts = of(/^font$/).map(({ file, value }) => ({
    file,
    value: value.replace(/^\d+ |\s*\/.*$/g, ""),
  }));
  expect(sizes.length).toBeGreaterThan(20);
  // Nothing is seen of what is only heard.
  const isToken = ({ value }) => /^(var\(--(text|text-small|heading)\)|inherit|0)$/.test(value);
  expect([...sizes, ...fonts].filter((each) => !isToken(each))).toEqual([]);
});

// Its letters are of one width, and half a step smaller, so that 80 of them have room; the sheets know nothing of it.
test("what is outside of the sheets has no size of its own, but for the terminal", () => {
  const rooms = readdirSync(RENDERER, { recursive: true }).filter((file) => /\.tsx?$/.test(file));
  const sizes = rooms.flatMap((file) =>
    [...readFileSync(join(RENDERER, file), "utf8").matchAll(/fontSize: ["'`]?\d.*|font-size.*/g)].map(
      ([size]) => [file, size],
    ),
  );
  expect(sizes).toEqual([["features/terminal/attach.ts", "fontSize: 12.5,"]]);
});

test("what lies between things is a part of the grid, or a hair", () => {
  const spaces = of(/^((row-|column-)?gap|(padding|margin)(-[a-z]+)*)$/);
  expect(spaces.length).toBeGreaterThan(200);
  const isOnGrid = (px) => px <= 2 || px % 4 === 0;
  const lengths = ({ value }) =>
    value.startsWith("calc") ? [] : [...value.matchAll(/(\d+)px/g)].map(([, px]) => Number(px));
  expect(spaces.filter((each) => !lengths(each).every(isOnGrid))).toEqual([]);
});

test("what moves once does so in one short time", () => {
  const short = (value) => /var\(--quick\)|^none|infinite/.test(value);
  expect(of(/^(transition|animation)$/).filter(({ value }) => !short(value))).toEqual([]);
  const quick = declared.filter(({ name }) => name === "--quick").map(({ value }) => value);
  expect(quick.length).toBeGreaterThan(0);
  expect(quick.filter((time) => !/^\d+ms$/.test(time) || Number.parseInt(time) >= 150)).toEqual([]);
});
