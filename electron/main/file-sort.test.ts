// Files as they come from a browser: without the mark of a program.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
// oxlint-disable-next-line no-restricted-imports -- a pipe is made here
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sortOf } from "./file-sort.js";

const folder = mkdtempSync(join(tmpdir(), "alcatraz-sort-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["script", "#!/bin/sh\n", 0o755, "program"],
  ["download", "#!/bin/sh\n", 0o644, "unmarked"],
  ["machine code", "\x7fELF\x02", 0o644, "unmarked"],
  ["letter", "Dear Ann,\n", 0o755, "other"],
  ["nothing", "", 0o644, "other"],
] as const)("a %s", async (name, text, mode, sort) => {
  const path = join(folder, name);
  writeFileSync(path, text, "latin1");
  chmodSync(path, mode);
  expect(await sortOf(path)).toBe(sort);
});

test("what is no file is nothing that can be tried", async () => {
  execFileSync("mkfifo", [join(folder, "pipe")]);
  expect(await sortOf(folder)).toBe("folder");
  expect(await sortOf(join(folder, "pipe"))).toBe("other");
  expect(await sortOf(join(folder, "absent"))).toBe("unread");
});
