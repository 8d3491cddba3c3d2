// What the oldest compiler that the README names cannot read and no lint of the newest tells: conditions that bind names in a chain
// (Rust 1.88). Knows no other rule.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const ROOT = new URL("../", import.meta.url);
const CHAIN = /^\s*&& let |\b(?:if|while) let .*[^|&]&& let |\b(?:if|while) [^{]*&& let /m;

test("no condition is a chain that Rust 1.85 does not know", () => {
  const files = execFileSync("git", ["ls-files", "native-helper/*.rs"], { cwd: ROOT, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "");
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => CHAIN.test(readFileSync(new URL(file, ROOT), "utf8")))).toEqual([]);
  expect("if let Some(a) = b\n    && let Some(c) = a {").toMatch(CHAIN);
});
