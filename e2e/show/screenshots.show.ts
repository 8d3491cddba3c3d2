// The README's screenshots, made with the real app.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/setup/paths.mjs";
import { App } from "../app.js";
import { test } from "../test.js";

const FOLDER = join(ROOT, "docs", "screenshots");

test("screenshots", async ({ machine }) => {
  mkdirSync(FOLDER, { recursive: true });
  const app = await App.start(machine, [`--sample=${join(machine.installation.root, "assets", "sample")}`]);
  const shoot = (name: string) => app.page.screenshot({ path: join(FOLDER, `${name}.png`) });
  await app.scheme("light");
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
  await app.close();
});
