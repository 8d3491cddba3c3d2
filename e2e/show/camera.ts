// Takes the pictures of docs/screenshots/: the window at rest, in light and dark, on a machine whose paths read well.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/setup/paths.mjs";
import { App } from "../app.js";
import type { Account } from "../harness/account.js";
import type { Display } from "../harness/display.js";
import type { Installation } from "../harness/installation.js";
import { Machine } from "../harness/machine.js";
import { restPointer } from "../harness/still-life.js";

const FOLDER = join(ROOT, "docs", "screenshots");
/** Only root can make such a home. */
const HOME = process.geteuid?.() === 0 ? "/home/ann" : undefined;

interface Set {
  account: Account;
  installation: Installation;
  display: Display;
}

/** Gives a scene a fresh machine, and what takes a picture in both schemes. */
export async function onSet(
  set: Set,
  scene: (app: App, machine: Machine, shoot: (name: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const machine = new Machine(set.account, set.installation, set.display, HOME);
  try {
    const sample = join(machine.installation.root, "assets", "sample");
    const app = await App.start(machine, [`--sample=${sample}`]);
    try {
      // No motion: a picture shows where things come to rest.
      await app.page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
      await app.command.waitFor();
      await scene(app, machine, async (name) => {
        await restPointer(app.page);
        await app.page.screenshot({ path: join(FOLDER, `${name}.png`) });
        await app.scheme("dark");
        await app.page.screenshot({ path: join(FOLDER, `${name}-dark.png`) });
        await app.scheme("light");
      });
    } finally {
      await app.close();
    }
  } finally {
    await machine.remove();
  }
}
