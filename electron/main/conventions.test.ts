// Promises about the source of the main process that a reader of one file cannot see. They only ever tighten.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOM = import.meta.dirname;

const sources = readdirSync(ROOM, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => ({ name, text: readFileSync(join(ROOM, name), "utf8") }));

test("there are sources to look at", () => expect(sources.length).toBeGreaterThan(20));

/** What is left in a pty that was hung up is there at once or not at all: the descriptor never waits. */
const UNBLOCKED = {
  name: "helper/pty-reading.ts",
  call: "readSync(",
  from: 'import { readSync } from "node:fs"',
};

test.each(sources)("$name blocks the main process nowhere", ({ name, text: whole }) => {
  const { call, from } = UNBLOCKED;
  const text = name === UNBLOCKED.name ? whole.replace(from, "").replace(call, "") : whole;
  expect(text.match(/\b\w+Sync\s*\(/g) ?? []).toEqual([]);
  expect(text).not.toMatch(/from "(node:)?fs"(?<!import \{ constants \} from "node:fs")/);
});

test.each(sources)("$name starts processes only if it is the helper's", ({ name, text }) => {
  if (!name.startsWith("helper/")) expect(text).not.toMatch(/child_process/);
  expect(text).not.toMatch(/\bshell:\s*true|(?<!\.)\bexec(File)?\(/);
});

test.each(sources)("$name opens nothing by the desktop's own means", ({ text }) => {
  expect(text).not.toMatch(/\bopenExternal|\bopenPath|\bshowItemInFolder|\bloadFile\(/);
});

test.each(sources)("$name is short", ({ text }) => {
  expect(text.split("\n").length).toBeLessThanOrEqual(400);
});
