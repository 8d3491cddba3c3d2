// Copies for programs of the desktop: whole, and made again once a place that could not be cleared can.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Stores } from "../helper/stores.js";
import { Copies } from "./copies.js";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "alcatraz-copies-"));
});
afterEach(() => rm(root, { recursive: true }));

const parts = [Buffer.from("one "), Buffer.from("two")];
const helper = {
  request: (async (_method: string, { offset }: { offset: number }) => ({
    size: 7,
    data: parts[offset === 0 ? 0 : 1]?.toString("base64"),
    eof: offset > 0,
  })) as unknown as Stores["request"],
};
const FILE = { session: "s1", path: "notes.txt", side: "after" } as const;

test("a copy holds all parts, one after the other", async () => {
  expect(await readFile(await new Copies(helper, root).make(FILE, "notes.txt"), "utf8")).toBe("one two");
});

test("a place that could not be cleared once is tried again", async () => {
  const data = join(root, "data");
  await writeFile(data, "");
  const copies = new Copies(helper, data);
  await expect(copies.make(FILE, "notes.txt")).rejects.toThrow();
  await rm(data);
  expect(await readFile(await copies.make(FILE, "notes.txt"), "utf8")).toBe("one two");
});
