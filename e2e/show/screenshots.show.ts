// Every screen in light and dark, made with the real app: the pictures of README and walk-through.
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
    const shootBoth = async (name: string): Promise<void> => {
      await shoot(name);
      await app.scheme("dark");
      await shoot(`${name}-dark`);
      await app.scheme("light");
    };
    await shootBoth("home");
    await app.page.keyboard.press("Control+,");
    await app.dialog.waitFor();
    await shootBoth("settings");
    await app.page.keyboard.press("Escape");
    await app.runSample();
    await app.ended();
    await app.show(".bashrc");
    await shootBoth("session");
    await app.page.keyboard.press("Control+Shift+P");
    await app.dialog.waitFor();
    await shootBoth("palette");
    await app.page.keyboard.press("Escape");
    await app.show("lantern-256.png");
    await shootBoth("image");
    await app.openCommit();
    await app.dialog.getByRole("button", { name: /^Commit \d/ }).waitFor();
    await shootBoth("commit");
    await app.page.keyboard.press("Escape");
    await app.commit();
    await app.goHistory();
    await shootBoth("history");
    await app.undo();
  } finally {
    await app.close();
  }
}
