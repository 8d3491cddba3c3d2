// Scenario 1: a renaming tool and a photo album, honest and with a hidden attack.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "./app.js";
import type { Machine } from "./harness/machine.js";
import { makePicture } from "./harness/picture.js";
import { expect, test } from "./test.js";

const PICTURES = 6;

/** Gives the home some pictures, an SSH key file, and the tools. */
function prepare(machine: Machine): { photos: string; keys: string } {
  machine.file("home/.made-by-a-test", "");
  machine.directory("home/.ssh", 0o700);
  const keys = machine.file("home/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me\n", 0o600);
  const photos = machine.directory("home/photos");
  for (let number = 1; number <= PICTURES; number++) {
    machine.file(
      `home/photos/IMG_${1000 + number}.png`,
      makePicture(120, 80, [number * 30, 90, 200 - number * 20]),
    );
  }
  for (const tool of ["rename-photos.sh", "make-album.sh", "make-album-with-attack.sh"]) {
    const source = readFileSync(join(import.meta.dirname, "programs", tool));
    machine.file(`tools/${tool}`, source, 0o755);
  }
  return { photos, keys };
}

async function runTool(app: App, machine: Machine, tool: string, photos: string): Promise<void> {
  await app.run(`${join(machine.home, "../tools", tool)} ${photos}`);
  await app.ended();
}

test("the renaming tool: renames are seen as renames, and committed as such", async ({ machine, app }) => {
  const { photos } = prepare(machine);
  const contents = readdirSync(photos)
    .toSorted()
    .map((name) => readFileSync(join(photos, name)));
  const host = app.host();

  await runTool(app, machine, "rename-photos.sh", photos);
  await expect(app.summary).toContainText(`Renamed ${PICTURES} items`);
  await expect(app.row("2024-05-17 01.png", "Renamed file")).toBeVisible();
  await expect(app.row("2024-05-17 01.png")).toContainText("IMG_1001.png");

  await app.commit();
  const names = readdirSync(photos).toSorted();
  expect(names).toEqual(contents.map((_, index) => `2024-05-17 0${index + 1}.png`));
  expect(names.map((name) => readFileSync(join(photos, name)))).toEqual(contents);
  await app.hostIs(host);
});

test("the album tool: new files, looked at and committed", async ({ machine, app }) => {
  const { photos, keys } = prepare(machine);
  const authorized = readFileSync(keys);
  const host = app.host();

  await runTool(app, machine, "make-album.sh", photos);
  await app.show("IMG_1001.png");
  await expect(app.detail.getByRole("img").first()).toBeVisible();
  await app.show("index.html");
  // The page is shown as text, never as a page.
  await expect(app.detail).toContainText("<!doctype html><title>Album</title>");

  await app.commit();
  expect(readdirSync(join(photos, "album/pictures"))).toHaveLength(PICTURES);
  expect(readFileSync(keys)).toEqual(authorized);
  await app.hostIs(host);
});

test("the album tool with a hidden attack: it stands out, and is thrown away", async ({ machine, app }) => {
  const { photos } = prepare(machine);
  const before = machine.describeHome();
  const host = app.host();

  await runTool(app, machine, "make-album-with-attack.sh", photos);
  await expect(app.row("authorized_keys", "Changed file, needs a look: SSH access")).toBeVisible();
  // Nobody has to know where to look: what happened says it, and one click shows it.
  await expect(app.story).toContainText("changed who may log in over SSH");
  await expect(app.needsLook).toContainText("1 needs a look");
  await app.needsLook.getByRole("button", { name: "SSH access 1" }).click();
  await expect(app.tree.getByRole("treeitem", { name: /file/ })).toHaveCount(1);
  await expect(app.detail).toContainText("stranger");
  await expect(app.detail).toContainText("It decides who may log in to this machine over SSH.");
  await app.needsLook.getByRole("button", { name: "Show all changes again" }).click();
  await expect(app.row("album")).toBeVisible();

  await app.abort();
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(before);
  expect(existsSync(join(photos, "album"))).toBe(false);
});

test("the same on the command line", async ({ machine }) => {
  const { photos } = prepare(machine);
  const before = machine.describeHome();
  const host = machine.host();
  const run = (tool: string, name: string): Promise<string> =>
    machine.alcatraz("run", "--keep", "-q", "--name", name, join(machine.home, "../tools", tool), photos);

  await run("make-album-with-attack.sh", "attack");
  expect(await machine.alcatraz("changes", "attack")).toMatch(/^M .*\/\.ssh\/authorized_keys  \(content\)$/m);
  expect(await machine.alcatraz("diff", "attack", ".ssh/authorized_keys")).toMatch(/^\+ssh-.* stranger$/m);
  await machine.alcatraz("abort", "attack");
  expect(machine.describeHome()).toEqual(before);
  await expect.poll(() => machine.host()).toEqual(host);

  await run("rename-photos.sh", "rename");
  expect(await machine.alcatraz("changes", "rename")).toMatch(
    /^R .*2024-05-17 01\.png  \(from .*IMG_1001\.png\)$/m,
  );
  await machine.alcatraz("commit", "rename");
  const names = readdirSync(photos).toSorted();
  expect(names).toEqual(Array.from({ length: PICTURES }, (_, index) => `2024-05-17 0${index + 1}.png`));
  await expect.poll(() => machine.host()).toEqual(host);
});
