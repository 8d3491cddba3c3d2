// Stamps: the same sources give the same fingerprint, any difference another one.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fingerprint, isFresh, writeStamp } from "./stamp.mjs";

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "stamp-"));
  mkdirSync(join(root, "src/deep"), { recursive: true });
  writeFileSync(join(root, "src/deep/a.ts"), "a");
  writeFileSync(join(root, "src/b.ts"), "b");
});
afterEach(() => rmSync(root, { recursive: true }));

it("sees a changed content, a changed name and a changed salt", () => {
  const first = fingerprint(root, ["src", "absent"]);
  expect(fingerprint(root, ["src", "absent"])).toBe(first);
  expect(fingerprint(root, ["src"], "other")).not.toBe(first);
  writeFileSync(join(root, "src/b.ts"), "c");
  const second = fingerprint(root, ["src"]);
  expect(second).not.toBe(first);
  renameSync(join(root, "src/b.ts"), join(root, "src/d.ts"));
  expect(fingerprint(root, ["src"])).not.toBe(second);
});

it("is fresh only with the same fingerprint", () => {
  const file = join(root, "out/.stamp");
  expect(isFresh(file, "x")).toBe(false);
  writeStamp(file, "x");
  expect(isFresh(file, "x")).toBe(true);
  expect(isFresh(file, "y")).toBe(false);
});
