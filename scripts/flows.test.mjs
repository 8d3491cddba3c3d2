// docs/testing.md names a test for each thing that a person does: it is there. And every picture of the docs has its maker.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const rows = readFileSync(join(ROOT, "docs", "testing.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"));

/** Every spec that is named in tables, with the beginnings of the tests that are named behind it. */
const named = rows.flatMap((row) =>
  [...row.matchAll(/`([\w-]+\.spec\.ts)`((?:, “[^”]+”)*)/g)].map(([, spec = "", tests = ""]) => ({
    spec,
    tests: [...tests.matchAll(/“([^”]+)”/g)].map(([, title = ""]) => title),
  })),
);

test("tables name tests", () => {
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(({ tests }) => tests.length > 0).length).toBeGreaterThan(30);
});

test.each(named)("$spec: $tests", ({ spec, tests }) => {
  const source = readFileSync(join(ROOT, "e2e", spec), "utf8");
  for (const title of tests) expect(source).toContain(`test("${title}`);
});

test("every picture of the docs is shown, and made by a script", () => {
  const pages = ["README.md", ...readdirSync(join(ROOT, "docs")).map((file) => join("docs", file))].filter(
    (file) => file.endsWith(".md"),
  );
  const text = pages.map((file) => readFileSync(join(ROOT, file), "utf8")).join("\n");
  const shown = new Set([...text.matchAll(/screenshots\/([\w-]+)\.png\)/g)].map(([, name]) => name));
  const show = join(ROOT, "e2e", "show");
  const shows = readdirSync(show).map((file) => readFileSync(join(show, file), "utf8"));
  const made = shows.flatMap((source) =>
    [...source.matchAll(/shoot\("([\w-]+)"\)/g)].map(([, name]) => name),
  );
  expect(new Set(made)).toEqual(shown);
  const files = made.flatMap((name) => [`${name}.png`, `${name}-dark.png`]);
  expect(new Set(readdirSync(join(ROOT, "docs", "screenshots")))).toEqual(new Set(files));
});
