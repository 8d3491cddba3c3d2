// docs/testing.md names a test for each thing that a person does: it is there.
import { readFileSync } from "node:fs";
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
