// Scenario 5: a real package, installed in a session by the machine's own package manager; thrown away, then committed.
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PACKAGE } from "../scripts/setup/package.mjs";
import type { Machine } from "./harness/machine.js";
import { describeTree } from "./harness/tree.js";
import { expect, test } from "./test.js";

const PROGRAM = "/usr/bin/hello";
const LOG = "/var/log/dpkg.log";

// Package managers wait for the disk again and again.
test.describe.configure({ timeout: 240_000 });

/** What the host's package manager knows of the package: its state, or that it never heard of it. */
async function known(machine: Machine): Promise<string> {
  const asked = await machine.run(["dpkg-query", "--show", "--showformat=${Status}", "hello"]);
  return asked.status === 0 ? asked.stdout : "never heard of it";
}

/** What installing it would change on the host: the package manager's own files, byte for byte, its log, the package's files. */
async function traces(machine: Machine): Promise<unknown> {
  // An ordinary user cannot even lock them.
  if (machine.account.mode === "user") return {};
  const { stdout } = await machine.run(["dpkg-deb", "--contents", PACKAGE]);
  const files = stdout.split("\n").map((line) => join("/", line.trim().split(/\s+/).at(-1) ?? ""));
  return {
    database: describeTree("/var/lib/dpkg"),
    log: existsSync(LOG) ? readFileSync(LOG, "utf8") : "none",
    files: files.filter((path) => !path.endsWith("/") && existsSync(path)),
  };
}

/** The package where apt-get's own user can read it too. */
let file = "";

test.beforeEach(async ({ machine }) => {
  const place = mkdtempSync(join(tmpdir(), "alcatraz-package-"));
  chmodSync(place, 0o755);
  file = join(place, "hello.deb");
  copyFileSync(PACKAGE, file);
  // The test removes it at the end, so it must not be somebody's own.
  expect(await known(machine), "the package hello is on this machine").toBe("never heard of it");
});

test.afterEach(async ({ machine }) => {
  rmSync(join(file, ".."), { recursive: true });
  if (machine.account.mode === "system") await machine.run(["dpkg", "--purge", "hello"]);
});

test("in the app: apt-get installs a package, which is thrown away, then installed again and committed", async ({
  machine,
  app,
}) => {
  const home = machine.describeHome();
  const host = app.host();
  const before = await traces(machine);
  const install = `apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends ${file}`;
  await app.run(install);
  if (machine.account.mode === "user") {
    // As natively: an ordinary user installs nothing.
    await expect(app.terminal).toContainText("are you root?");
    await app.ended();
    expect(await known(machine)).toBe("never heard of it");
    await app.hostIs(host);
    expect(machine.describeHome()).toEqual(home);
    return;
  }
  await app.ended();
  await expect(app.terminal).toContainText("Setting up hello");
  await app.filter.fill("usr/bin/hello");
  await expect(app.row("hello", "Created file")).toBeVisible();
  await app.filter.fill("dpkg/status");
  await expect(app.row("status", "Modified file").or(app.row("status", "Changed file"))).toBeVisible();
  await app.filter.fill("");
  await app.groupBy("Package");
  await expect(app.row("hello", "installed here")).toBeVisible();
  await app.groupBy("Place");
  expect(await known(machine)).toBe("never heard of it");
  await app.abort();
  expect(await known(machine)).toBe("never heard of it");
  expect(await traces(machine)).toEqual(before);
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(home);

  await app.goHome();
  await app.run(install);
  await app.ended();
  await app.commit();
  expect(await known(machine)).toBe("install ok installed");
  expect(await machine.run(["dpkg", "--verify", "hello"])).toMatchObject({ status: 0, stdout: "" });
  expect((await machine.run([PROGRAM])).stdout).toBe("Hello, world!\n");

  // Taken back, nobody has heard of it again.
  await app.goHistory();
  await app.undo();
  expect(await known(machine)).toBe("never heard of it");
  expect(await traces(machine)).toEqual(before);
  await app.hostIs(host);
});

test("on the command line: dpkg installs a package, which is thrown away, then tried inside and committed", async ({
  machine,
}) => {
  const home = machine.describeHome();
  const host = machine.host();
  const install = (name: string): string[] => [
    "run",
    "--keep",
    "-q",
    "--name",
    name,
    "--",
    "dpkg",
    "-i",
    file,
  ];
  const untouched = async (): Promise<void> => {
    expect(await known(machine)).toBe("never heard of it");
    await expect.poll(() => machine.host()).toEqual(host);
    expect(machine.describeHome()).toEqual(home);
  };
  if (machine.account.mode === "user") {
    await expect(machine.alcatraz(...install("unwanted"))).rejects.toThrow("superuser privilege");
    await untouched();
    return;
  }
  const before = await traces(machine);
  await machine.alcatraz(...install("unwanted"));
  await machine.alcatraz("abort", "unwanted");
  await untouched();
  expect(await traces(machine)).toEqual(before);

  await machine.alcatraz(...install("package"));
  expect(await machine.alcatraz("enter", "package", "--", "hello")).toBe("Hello, world!\n");
  expect(await machine.alcatraz("enter", "package", "--", "dpkg", "--verify", "hello")).toBe("");
  await untouched();
  expect(await traces(machine)).toEqual(before);
  await machine.alcatraz("commit", "package");
  expect(await known(machine)).toBe("install ok installed");
  expect(await machine.run(["dpkg", "--verify", "hello"])).toMatchObject({ status: 0, stdout: "" });
  expect((await machine.run([PROGRAM])).stdout).toBe("Hello, world!\n");
  await expect.poll(() => machine.host()).toEqual(host);
});
