// The README's screenshots, made with the real app.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/setup/paths.mjs";
import { App } from "../app.js";
import { Machine } from "../harness/machine.js";
import { test } from "../test.js";

const FOLDER = join(ROOT, "docs", "screenshots");
/** Paths in the pictures read well; only root can make such a home. */
const HOME = process.geteuid?.() === 0 ? "/home/ann" : undefined;

test("screenshots", async ({ account, installation, display }) => {
  const machine = new Machine(account, installation, display, HOME);
  try {
    await shootAll(machine);
  } finally {
    await machine.remove();
  }
});

async function shootAll(machine: Machine): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const app = await App.start(machine, [`--sample=${join(machine.installation.root, "assets", "sample")}`]);
  try {
    const shoot = async (name: string): Promise<void> => {
      // No ring of focus in a picture.
      await app.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await app.page.screenshot({ path: join(FOLDER, `${name}.png`) });
    };
    // No motion: a picture shows where things come to rest.
    await app.page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
    await app.command.waitFor();
    await shoot("home");
    await app.runSample();
    await app.ended();
    await app.show(".bashrc");
    await shoot("session");
    await app.scheme("dark");
    await app.show("lantern-256.png");
    await shoot("session-dark");
    await app.scheme("light");
    await app.openCommit();
    await shoot("commit");
    await app.page.keyboard.press("Escape");
    await app.abort();
  } finally {
    await app.close();
  }
}
