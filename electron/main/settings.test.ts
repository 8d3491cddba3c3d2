// Settings: what was asked for last is what stays, also when the app ends at once.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../protocol/src/bridge.js";
import { SettingsFile } from "./settings.js";

let folder = "";
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "settings-"))));
afterEach(() => rm(folder, { recursive: true }));

const onDisk = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, "settings.json"), "utf8"));
const withPane = (size: number) => ({ ...DEFAULT_SETTINGS, panes: { tree: size } });

test("a line that is dragged is one write, of the last place", async () => {
  const file = new SettingsFile(folder);
  const saves = Array.from({ length: 100 }, (_, size) => file.save(withPane(size)));
  expect(new Set(saves).size).toBe(1);
  expect(await file.read()).toEqual(withPane(99));
  await Promise.all(saves);
  expect(await onDisk()).toEqual(withPane(99));
});

test("a flush writes at once, in order, and has nothing to do when all is written", async () => {
  const file = new SettingsFile(folder);
  void file.save(withPane(1));
  const first = file.flush();
  void file.save(withPane(2));
  await first;
  await file.flush();
  expect(await onDisk()).toEqual(withPane(2));
  await file.flush();
});

test("a write that fails says so and the next one works", async () => {
  await writeFile(join(folder, "blocked"), "");
  const blocked = new SettingsFile(join(folder, "blocked"));
  const saved = expect(blocked.save(withPane(1))).rejects.toMatchObject({ error: { code: "io" } });
  await blocked.flush();
  await saved;
  await rm(join(folder, "blocked"));
  void blocked.save(withPane(2));
  await blocked.flush();
  expect(JSON.parse(await readFile(join(folder, "blocked/settings.json"), "utf8"))).toEqual(withPane(2));
});

test("what is saved while the file is read is not taken back by what it said", async () => {
  const earlier = new SettingsFile(folder);
  void earlier.save(withPane(1));
  await earlier.flush();
  const file = new SettingsFile(folder);
  const reading = file.read();
  void file.save(withPane(2));
  expect(await reading).toEqual(withPane(2));
  await file.flush();
  expect(await onDisk()).toEqual(withPane(2));
});
