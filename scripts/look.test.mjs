// The page keeps to its own tokens: two sizes of text and one of headings, a grid of 4 px, motion of one length.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const RENDERER = join(import.meta.dirname, "../renderer");

const sheets = readdirSync(RENDERER, { recursive: true }).filter((file) => file.endsWith(".css"));
const declared = sheets.flatMap((file) =>
  [...readFileSync(join(RENDERER, file), "utf8").matchAll(/^\s+([a-z-]+):\s*([^;{}]+);/gm)].map(
    ([, name = "", value = ""]) => ({ file, name, value: value.replace(" !important", "") }),
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

test("what is outside of the sheets has no size of its own", () => {
  const rooms = readdirSync(RENDERER, { recursive: true }).filter((file) => /\.tsx?$/.test(file));
  const sizes = rooms.flatMap((file) =>
    [...readFileSync(join(RENDERER, file), "utf8").matchAll(/fontSize: ["'`]?\d.*|font-size.*/g)].map(
      ([size]) => [file, size],
    ),
  );
  expect(sizes).toEqual([]);
});

test("what lies between things is a part of the grid, or a hair", () => {
  const spaces = of(/^((row-|column-)?gap|(padding|margin)(-[a-z]+)*)$/);
  expect(spaces.length).toBeGreaterThan(200);
  const isOnGrid = (px) => px <= 2 || px % 4 === 0;
  const lengths = ({ value }) =>
    value.startsWith("calc") ? [] : [...value.matchAll(/(\d+)px/g)].map(([, px]) => Number(px));
  expect(spaces.filter((each) => !lengths(each).every(isOnGrid))).toEqual([]);
});

test("what moves does so in one short time, and a sign of life goes by steps of one", () => {
  // Without an end, what is seen is a change of looks now and then, as of a cursor: no step of it takes time.
  const short = (value) => /^none|^(?!.*infinite).*var\(--quick\)|\bsteps\(\d+\) infinite$/.test(value);
  expect(of(/^animation$/).filter(({ value }) => value.includes("infinite")).length).toBeGreaterThan(3);
  expect(of(/^(transition|animation)$/).filter(({ value }) => !short(value))).toEqual([]);
  const quick = declared.filter(({ name }) => name === "--quick").map(({ value }) => value);
  expect(quick.length).toBeGreaterThan(0);
  expect(quick.filter((time) => !/^\d+ms$/.test(time) || Number.parseInt(time) >= 150)).toEqual([]);
});
