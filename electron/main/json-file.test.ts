// Small files survive damage, crashes half-way and two writers.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { Failure } from "./failure.js";
import { readJson, writeJson } from "./json-file.js";
import { DEFAULT_SETTINGS } from "../../protocol/src/bridge.js";
import { SettingsFile } from "./settings.js";

let directory = "";
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), "alcatraz-json-"))));
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("a JSON file", () => {
  const schema = z.object({ a: z.number() });

  test("that is not there is null", async () => {
    expect(await readJson(join(directory, "x.json"), schema)).toBeNull();
  });

  test("comes back as written, in a directory that is made, readable by its owner only", async () => {
    const file = join(directory, "deep", "x.json");
    await writeJson(file, { a: 1 });
    expect(await readJson(file, schema)).toEqual({ a: 1 });
    expect(await readdir(join(directory, "deep"))).toEqual(["x.json"]);
  });

  test.each(["{", "", '{"a":"text"}', "null", "\0\0\0"])("with %j in it is kept aside", async (content) => {
    const file = join(directory, "x.json");
    await writeFile(file, content);
    expect(await readJson(file, schema)).toBeNull();
    expect(await readFile(`${file}.bad`, "utf8")).toBe(content);
    expect(await readdir(directory)).toEqual(["x.json.bad"]);
  });

  test("is whole after many writes at once", async () => {
    const file = join(directory, "x.json");
    await Promise.all(Array.from({ length: 30 }, (_unused, a) => writeJson(file, { a })));
    expect(await readJson(file, schema)).not.toBeNull();
    expect(await readdir(directory)).toEqual(["x.json"]);
  });
});

describe("settings", () => {
  test("begin with the defaults", async () => {
    expect(await new SettingsFile(directory).read()).toEqual(DEFAULT_SETTINGS);
  });

  test("outlive the app; the last save wins", async () => {
    const file = new SettingsFile(directory);
    const saves = ["light", "dark", "light", "dark"] as const;
    await Promise.all(saves.map((theme) => file.save({ ...DEFAULT_SETTINGS, theme })));
    expect((await new SettingsFile(directory).read()).theme).toBe("dark");
  });

  test("of a damaged file are the defaults, and the file is kept", async () => {
    await writeFile(join(directory, "settings.json"), '{"theme":"plaid"}');
    expect(await new SettingsFile(directory).read()).toEqual(DEFAULT_SETTINGS);
    expect(await readFile(join(directory, "settings.json.bad"), "utf8")).toContain("plaid");
  });

  test("that cannot be written say so and hold until the end", async () => {
    const file = new SettingsFile(join(directory, "not-a-directory"));
    await writeFile(join(directory, "not-a-directory"), "");
    await expect(file.save({ ...DEFAULT_SETTINGS, theme: "dark" })).rejects.toBeInstanceOf(Failure);
    expect((await file.read()).theme).toBe("dark");
  });
});
