// What a command prints, put into a file by real programs: whole or not at all, and no other file is touched.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runToFile, startProgram } from "./programs.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alcatraz-export-"));
});
afterEach(() => rm(folder, { recursive: true }));

const NEVER = new AbortController().signal;

const run = (script: string, signal = NEVER): Promise<void> =>
  runToFile(["sh", "-c", script], { PATH: process.env["PATH"] ?? "" }, join(folder, "changes.tar"), signal);

test("a whole export lies under its own name, alone, and is its owner's only", async () => {
  await run("printf whole");
  expect(await readdir(folder)).toEqual(["changes.tar"]);
  expect(await readFile(join(folder, "changes.tar"), "utf8")).toBe("whole");
  expect((await stat(join(folder, "changes.tar"))).mode & 0o777).toBe(0o600);
});

test("half an export is removed, and what was there before stays", async () => {
  await writeFile(join(folder, "changes.tar"), "older");
  await expect(run("printf half; echo no room >&2; exit 1")).rejects.toMatchObject({
    error: { code: "io", message: "The export failed: no room" },
  });
  expect(await readdir(folder)).toEqual(["changes.tar"]);
  expect(await readFile(join(folder, "changes.tar"), "utf8")).toBe("older");
});

test("half an export that was left behind is in the way of none, and stays as it is", async () => {
  await writeFile(join(folder, "changes.tar.part"), "a download");
  await run("printf whole");
  expect(await readdir(folder)).toEqual(["changes.tar", "changes.tar.part"]);
  expect(await readFile(join(folder, "changes.tar.part"), "utf8")).toBe("a download");
});

test("an export that is ended leaves nothing", async () => {
  const ending = new AbortController();
  const begun = run("printf half; exec sleep 60", ending.signal);
  await expect.poll(() => readdir(folder)).toEqual([expect.stringMatching(/^changes\.tar\.\w+\.part$/)]);
  ending.abort();
  await expect(begun).rejects.toMatchObject({ error: { code: "io" } });
  expect(await readdir(folder)).toEqual([]);
});

test("a place that takes no file is named as the person chose it", async () => {
  await expect(runToFile(["true"], {}, "/proc/changes.tar", NEVER)).rejects.toMatchObject({
    error: { code: "io", message: expect.stringMatching(/^Nothing can be written in \/proc: [a-z ,]+\.$/) },
  });
});

test("a program that opens nothing says so; one that is let go does not", async () => {
  const environment = { PATH: process.env["PATH"] ?? "" };
  await expect(startProgram(["false"], environment, true)).rejects.toMatchObject({
    error: { code: "bad-request", message: "false could not open it: it ended with status 1." },
  });
  // A viewer that crashes has shown nothing either.
  await expect(startProgram(["sh", "-c", "kill -SEGV $$"], environment, true)).rejects.toMatchObject({
    error: { code: "bad-request", message: "sh could not open it: it was ended by signal SIGSEGV." },
  });
  await startProgram(["true"], environment, true);
  await startProgram(["false"], environment, false);
});
