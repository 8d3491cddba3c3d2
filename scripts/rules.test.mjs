// Every rule of the criterion names tests that exist. Reads sources and the documentation, runs nothing.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const helper = join(import.meta.dirname, "../native-helper");

/** The text of all Rust sources of a crate. */
function sources(crate) {
  const folders = ["src", "tests"].map((folder) => join(helper, crate, folder));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, name)),
  );
  return files.filter((file) => file.endsWith(".rs")).map((file) => readFileSync(file, "utf8"));
}

test("each test that docs/testing.md names for a rule exists", () => {
  const page = readFileSync(join(import.meta.dirname, "../docs/testing.md"), "utf8");
  const table = page.split("## What proves the criterion")[1].split("\n## ")[0];
  const rows = table
    .split("\n")
    .filter((line) => /^\|\s[^-]/.test(line))
    .slice(1);
  const named = rows.map((row) => [...row.split("|")[2].matchAll(/`([a-z_0-9]+)`/g)].map(([, name]) => name));
  expect(rows.length).toBeGreaterThan(10);
  expect(named.filter((names) => names.length === 0)).toEqual([]);
  const text = ["see-core", "alcatraz"].flatMap(sources).join("\n");
  const isTest = (name) => new RegExp(`#\\[test\\]\\n(#\\[.*\\]\\n)*\\s*fn ${name}\\(`).test(text);
  expect(named.flat().filter((name) => !isTest(name))).toEqual([]);
});
