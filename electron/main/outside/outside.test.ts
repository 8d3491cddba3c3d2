// Which program shows a copy while the desktop opens files here, and what is said when there is none.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../../protocol/src/bridge.js";
import type { OpenOutside } from "../../../protocol/src/bridge.js";
import type { Helper } from "../helper/helper.js";
import { Outside } from "./outside.js";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "alcatraz-outside-"));
});
afterEach(() => rm(root, { recursive: true }));

const FILE: OpenOutside = { session: "s1", path: "notes.txt", what: "after" };
const data = Buffer.from("a note\n").toString("base64");
const answers: Readonly<Record<string, unknown>> = {
  describe: { after: { type: "file", content: "text" } },
  content: { size: 7, data, eof: true },
};

const opening = (viewerOf: (copy: string) => Promise<string[] | null>): Promise<void> => {
  const outside = new Outside({
    helper: { request: (async (method: string) => answers[method]) as Helper["request"] },
    applications: { get: async () => [] },
    settings: { read: async () => DEFAULT_SETTINGS },
    userData: root,
    environment: { PATH: process.env["PATH"] ?? "" },
    opensHere: async () => true,
    viewerOf,
  });
  return outside.open(FILE);
};

test("the application's own command shows the copy", async () => {
  await opening(async (copy) => ["cp", copy, join(root, "shown")]);
  const shown = (): Promise<string> => readFile(join(root, "shown"), "utf8").catch(() => "");
  await expect.poll(shown, { timeout: 10_000 }).toBe("a note\n");
});

test("that there is none is said of the desktop, not of a command", async () => {
  await expect(opening(async () => null)).rejects.toMatchObject({
    error: { code: "bad-request", message: expect.stringContaining("no application with a window") },
  });
});
