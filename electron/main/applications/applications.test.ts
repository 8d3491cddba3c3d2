// Applications found on a real tree: this machine's, and one full of traps.
// oxlint-disable-next-line no-restricted-imports -- mkfifo is the only way to make a pipe
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Application } from "../../../protocol/src/bridge.js";
import { ApplicationList, dataDirectories, findApplications } from "./applications.js";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let root = "";
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), "alcatraz-apps-"))));
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: string | Buffer): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

function entry(name: string, lines: Record<string, string> = {}): string {
  const all = { Type: "Application", Name: name, Exec: "/bin/true", ...lines };
  return `[Desktop Entry]\n${Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("")}`;
}

function find(environment: Record<string, string> = {}): Promise<Application[]> {
  const XDG = { XDG_DATA_HOME: join(root, "home"), XDG_DATA_DIRS: join(root, "share") };
  return findApplications({ home: root, environment: { PATH: "/usr/bin:/bin", ...XDG, ...environment } });
}

async function names(environment?: Record<string, string>): Promise<string[]> {
  return (await find(environment)).map(({ name }) => name);
}

describe("on this machine", () => {
  test("every entry is read, and what is found has the contract's shape", async () => {
    await put("share/applications/one.desktop", entry("One"));
    const environment = {
      PATH: process.env["PATH"],
      XDG_DATA_DIRS: `${join(root, "share")}:/usr/local/share:/usr/share`,
    };
    const found = await findApplications({ home: root, environment });
    for (const application of found) Application.parse(application);
    const entries = await readdir("/usr/share/applications").catch(() => []);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(entries.length + 1);
  });
});

describe("applications", () => {
  test("come sorted by name, with ids that name their folders", async () => {
    await put("share/applications/b.desktop", entry("beta"));
    await put("share/applications/kde/a.desktop", entry("Alpha"));
    expect((await find()).map(({ id, name }) => [id, name])).toEqual([
      ["kde-a.desktop", "Alpha"],
      ["b.desktop", "beta"],
    ]);
  });

  test("of the person's own hide the machine's, also by hiding themselves", async () => {
    await put("share/applications/a.desktop", entry("Theirs"));
    await put("home/applications/a.desktop", entry("Mine"));
    await put("share/applications/b.desktop", entry("Unwanted"));
    await put("home/applications/b.desktop", entry("Unwanted", { Hidden: "true" }));
    expect(await names()).toEqual(["Mine"]);
  });

  test("need their TryExec", async () => {
    const program = await put("bin/tool", "");
    await put("share/applications/a.desktop", entry("Absent", { TryExec: "no-such-program" }));
    await put("share/applications/b.desktop", entry("Not executable", { TryExec: program }));
    await put("share/applications/c.desktop", entry("Present", { TryExec: "true" }));
    expect(await names()).toEqual(["Present"]);
    await chmod(program, 0o755);
    expect(await names()).toEqual(["Not executable", "Present"]);
  });

  test("of another desktop are left out", async () => {
    await put("share/applications/a.desktop", entry("KDE only", { OnlyShowIn: "KDE;" }));
    await put("share/applications/b.desktop", entry("Not in KDE", { NotShowIn: "KDE;" }));
    expect(await names({ XDG_CURRENT_DESKTOP: "KDE" })).toEqual(["KDE only"]);
    expect(await names({ XDG_CURRENT_DESKTOP: "GNOME" })).toEqual(["Not in KDE"]);
  });

  test("are looked up once and then remembered", async () => {
    await put("share/applications/a.desktop", entry("A"));
    const list = new ApplicationList({ home: root, environment: { XDG_DATA_DIRS: join(root, "share") } });
    expect(list.get()).toBe(list.get());
    expect((await list.get()).map(({ name }) => name)).toEqual(["A"]);
  });

  test("of relative data directories do not count", () => {
    const environment = { XDG_DATA_HOME: "relative", XDG_DATA_DIRS: "also/relative:/right" };
    expect(dataDirectories({ home: "/home/a", environment })).toEqual(["/right"]);
  });
});

describe("icons", () => {
  async function icon(value: string): Promise<string | undefined> {
    await put("share/applications/a.desktop", entry("A", { Icon: value }));
    return (await find())[0]?.icon;
  }

  test("are found by name in the theme, by name among pixmaps, and by path", async () => {
    await put("share/icons/hicolor/48x48/apps/themed.png", PNG);
    await put("share/pixmaps/old.png", PNG);
    const own = await put("own/icon.png", PNG);
    const url = `data:image/png;base64,${PNG.toString("base64")}`;
    for (const value of ["themed", "themed.png", "old", own]) expect(await icon(value)).toBe(url);
  });

  test("may be SVG, which the page shows as an image and never runs", async () => {
    await put("share/icons/hicolor/scalable/apps/drawn.svg", '<?xml version="1.0"?><svg xmlns="x"/>');
    expect(await icon("drawn")).toMatch(/^data:image\/svg\+xml;base64,/);
  });

  test.each(["../../secret", "../secret.png", "a/b", "..", ".", ""])("are not found by %j", async (value) => {
    await put("secret", PNG);
    await put("share/secret.png", PNG);
    expect(await icon(value)).toBeUndefined();
  });

  test("that are no image, too large or no file are left out", async () => {
    const secret = await put("own/key.png", "-----BEGIN OPENSSH PRIVATE KEY-----");
    const huge = await put("own/huge.png", Buffer.concat([PNG, Buffer.alloc(200 * 1024)]));
    const loop = join(root, "own", "loop.png");
    await symlink(loop, loop);
    for (const value of [secret, huge, loop, "/dev/zero", "/dev/null", root, "/etc/shadow"]) {
      expect(await icon(value)).toBeUndefined();
    }
  });
});

describe("traps", () => {
  test("a pipe, a device, a directory, a loop and a huge file among the entries hold nothing up", async () => {
    const folder = join(root, "share", "applications");
    await put("share/applications/good.desktop", entry("Good"));
    await put("share/applications/huge.desktop", entry("Huge") + "#".repeat(600 * 1024));
    await mkdir(join(folder, "folder.desktop"));
    await symlink("/dev/zero", join(folder, "device.desktop"));
    await symlink(join(folder, "self.desktop"), join(folder, "self.desktop"));
    await symlink(folder, join(folder, "loop"));
    await symlink("..", join(folder, "up"));
    await promisify(execFile)("mkfifo", [join(folder, "pipe.desktop")]);
    expect(await names()).toEqual(["Good"]);
  });

  test("entries that are not text are left out", async () => {
    await put("share/applications/a.desktop", Buffer.from([0xff, 0xfe, 0x00, 0x5b]));
    await put("share/applications/b.desktop", "");
    expect(await names()).toEqual([]);
  });

  test("a folder deeper than any package makes is not followed", async () => {
    await put("share/applications/1/2/3/4/ok.desktop", entry("Deep"));
    await put("share/applications/1/2/3/4/5/no.desktop", entry("Too deep"));
    expect(await names()).toEqual(["Deep"]);
  });
});
