// What a person asked the desktop for: more contrast, colours of their own, no motion. And that no part of the page goes without
// pictures and a look by axe, which visual.spec.ts and its kin have.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "./app.js";
import { violations } from "./harness/axe.js";
import { SCREENS } from "./screens.js";
import { expect, test } from "./test.js";

const FEATURES = join(import.meta.dirname, "..", "renderer", "features");
/** What of the page has a face of its own. */
const PARTS = /-(screen|dialog|dialogs|view|pane|panes|bar|panel)\.tsx$/;

test("every part of the page is on a screen, and every screen is shown", () => {
  const parts = readdirSync(FEATURES, { recursive: true, encoding: "utf8" })
    .filter((file) => PARTS.test(file))
    .map((file) => file.replace(/\.tsx$/, ""));
  const shown = new Set<string>(Object.values(SCREENS).flat());
  expect(parts.filter((part) => !shown.has(part))).toEqual([]);

  const specs = readdirSync(import.meta.dirname).filter((file) => /^visual.*\.spec\.ts$/.test(file));
  const text = specs.map((file) => readFileSync(join(import.meta.dirname, file), "utf8")).join("\n");
  const looked = [...text.matchAll(/looks\(app, "([\w-]+)"\)/g)].map(([, name = ""]) => name).toSorted();
  expect(looked).toEqual(Object.keys(SCREENS).toSorted());
  const pictures = Object.keys(SCREENS).flatMap((name) => [`${name}-dark.png`, `${name}-light.png`]);
  expect(readdirSync(join(import.meta.dirname, "baselines")).toSorted()).toEqual(pictures.toSorted());
});

/** What of the page moves, or would when it changes. */
function moving(app: App): Promise<string[]> {
  return app.page.evaluate(() => {
    const moves = (element: Element, part?: string): boolean => {
      const { animationName, transitionDuration } = getComputedStyle(element, part);
      return animationName !== "none" || transitionDuration.split(", ").some((time) => time !== "0s");
    };
    return [...document.querySelectorAll("*")]
      .filter((element) => [undefined, "::before", "::after"].some((part) => moves(element, part)))
      .map((element) => element.outerHTML.slice(0, 200));
  });
}

/** What a person may have asked the desktop for, beside light and dark. */
const LOOKS = {
  "more contrast, light": { contrast: "more", forcedColors: "none", colorScheme: "light" },
  "more contrast, dark": { contrast: "more", forcedColors: "none", colorScheme: "dark" },
  "forced colours": { contrast: "more", forcedColors: "active", colorScheme: "dark" },
} as const;

test("more contrast, forced colours and no motion", async ({ machine, app }) => {
  const inEveryLook = async (screen: string): Promise<void> => {
    for (const [name, look] of Object.entries(LOOKS)) {
      await app.page.emulateMedia({ ...look, reducedMotion: "reduce" });
      expect(await violations(app), `${screen}, ${name}`).toEqual([]);
      expect(await moving(app), `motion: ${screen}`).toEqual([]);
    }
  };
  // Who did not ask for less sees the page move.
  expect(await moving(app)).not.toEqual([]);
  await inEveryLook("home");
  await app.page.emulateMedia({ contrast: "more", forcedColors: "none", colorScheme: "light" });
  await expect(app.page.locator("body")).toHaveCSS("color", "rgb(0, 0, 0)");
  const script = "#!/bin/sh\necho text >~/text.txt\nrm ~/.bashrc\nread line\n";
  await app.run(machine.file("program.sh", script, 0o755));
  await expect(app.row(".bashrc")).toBeVisible();
  await inEveryLook("a session that runs");
  await app.stop();
  await app.show("text.txt");
  await inEveryLook("a change");
  await app.openCommit();
  await expect(app.dialog).toContainText("changes will become real");
  await inEveryLook("commit");
});

test("at twice the size there is room for the change in hand, and nothing is lost to keys and ears", async ({
  machine,
  app,
}) => {
  for (const name of ["a", "b", "c", "d", "e", "f"])
    await machine.alcatraz("run", "--keep", "--name", name, "true");
  await app.run(machine.file("program.sh", "#!/bin/sh\necho text >~/text.txt\n", 0o755));
  await app.ended();
  await app.page.setViewportSize({ width: 600, height: 380 });
  await app.show("text.txt");
  expect((await app.detail.boundingBox())?.width).toBeGreaterThan(260);
  expect(await violations(app)).toEqual([]);
  const done = app.navigation.getByRole("region", { name: "Done" });
  const sessions = done.getByRole("button", { name: /changed nothing ?(now|\dm)$/ });
  await expect(sessions).toHaveCount(5);
  await done.getByRole("button", { name: "Show all 6" }).press("Enter");
  await expect(sessions).toHaveCount(6);
  await done.getByRole("button", { name: "Clear" }).press("Enter");
  await expect(done).toHaveCount(0);
  await app.navigation.getByRole("button", { name: "History" }).click();
  await expect(app.page.getByRole("heading", { name: "History" })).toBeVisible();
});
