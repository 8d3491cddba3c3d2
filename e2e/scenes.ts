// Scenes that tests prove and pictures show: said once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import type { App } from "./app.js";
import type { Machine } from "./harness/machine.js";
import { freePort } from "./harness/port.js";
import { makeSite, type Site } from "./harness/site.js";

/** Runs a shell script in a session and waits for its end. */
export async function run(machine: Machine, app: App, script: string): Promise<void> {
  await app.run(machine.file("program.sh", `#!/bin/sh\n${script}\n`, 0o755));
  await app.ended();
}

/** Returns what a file of the person's home holds. */
export function read(machine: Machine, name: string): string {
  return readFileSync(join(machine.home, name), "utf8");
}

/** A session with changes on two disks, of which one has become read-only, and a commit that is refused. Returns that disk. */
export async function refusedCommit(app: App, machine: Machine): Promise<string> {
  const disk = machine.mount(machine.path("home/disk"), "16m");
  const script = machine.file(
    "home/save.sh",
    "#!/bin/sh\necho new >~/disk/new.txt\necho other >~/other.txt\n",
    0o755,
  );
  await app.run(script);
  await app.ended();
  await expect(app.row("new.txt", "Created file")).toBeVisible();
  machine.remount(disk, "ro");
  await app.openCommit();
  await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
  await expect(app.dialog.getByRole("alert")).toContainText("read-only");
  return disk;
}

/** A web server, and the ports on which it and its upgrade are reached: their own ones, and where those of a session lead. */
export interface Upgrade {
  site: Site;
  port: number;
  tls: number;
  outside: number;
  outsideTls: number;
}

export async function makeUpgrade(machine: Machine): Promise<Upgrade> {
  const [port, tls, outside, outsideTls] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  return { site: makeSite(machine, port, tls), port, tls, outside, outsideTls };
}

/** Upgrades the server in a session, with its ports open. */
export async function runUpgrade(app: App, { site, port, tls, outside, outsideTls }: Upgrade): Promise<void> {
  await app.moreOptions();
  await app.option("Open ports").fill(`${outside}:${port} ${outsideTls}:${tls}`);
  await app.run(site.upgrade);
}
