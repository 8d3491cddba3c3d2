// Every screen, light and dark, through axe: names, roles, contrast, order.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { App } from "./app.js";
import { makePicture } from "./harness/picture.js";
import { expect, test } from "./test.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Returns what axe finds on the screen as it is. The script goes in by the debugger: the page's policy forbids it. */
async function violations(app: App): Promise<string[]> {
  await app.page.evaluate(AXE);
  const found = await app.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    // A new row fades in: its colours are those of the design once it has. What pulses for ever is not waited for.
    const passing = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map((animation) => animation.finished));
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n${node.html}\n${node.failureSummary ?? ""}`),
  );
}

const LINES = "one\ntwo\nthree\nfour\nfive\n";

for (const scheme of ["light", "dark"] as const) {
  test(`conflicts, ${scheme}`, async ({ machine, app }) => {
    await app.scheme(scheme);
    for (const name of ["clean.txt", "hand.txt", "seen.txt"]) machine.file(`home/${name}`, LINES);
    machine.file("home/data.bin", Buffer.from([0, 1, 2]));
    const script =
      "sed -i s/one/ONE/ ~/clean.txt; sed -i s/three/in/ ~/hand.txt; echo >>~/data.bin; cat ~/seen.txt";
    await app.run(machine.file("program.sh", `#!/bin/sh\n${script}\n`, 0o755));
    await app.ended();
    machine.file("home/clean.txt", LINES.replace("five", "FIVE"));
    machine.file("home/hand.txt", LINES.replace("three", "host"));
    machine.file("home/data.bin", Buffer.from([0, 9, 9, 9]));
    machine.file("home/seen.txt", "changed\n");
    await app.openCommit();
    const differences = app.dialog.getByRole("region", { name: "Differences" });
    await expect(differences).toContainText("FIVE");
    expect(await violations(app), "a conflict").toEqual([]);
    await app.answer("Merge");
    await expect(differences).toContainText("changed by the session");
    expect(await violations(app), "a merge").toEqual([]);
    await app.conflict("hand.txt").click();
    await app.answer("Merge by hand…");
    await expect(app.dialog).toContainText("One place is open.");
    expect(await violations(app), "a merge by hand").toEqual([]);
    await app.dialog.getByRole("button", { name: "Edit as text" }).click();
    expect(await violations(app), "a text in the making").toEqual([]);
    await app.conflict("data.bin").click();
    await app.dialog.getByRole("button", { name: "Always leave out files like this…" }).click();
    expect(await violations(app), "no text").toEqual([]);
    await app.conflict("seen.txt").click();
    await expect(differences).toContainText("it only looked");
    expect(await violations(app), "only read").toEqual([]);
    await app.dialog.getByRole("button", { name: "Select all" }).click();
    expect(await violations(app), "many selected").toEqual([]);
    await app.dialog
      .getByRole("group", { name: "4 selected:" })
      .getByRole("button", { name: "Overwrite (3)" })
      .click();
    await app.answer("Go on all the same");
    await app.commitAnswers();
    machine.file("home/hand.txt", "used since\n");
    await app.goHistory();
    await app.askUndo();
    await expect(app.conflict("hand.txt")).toBeVisible();
    expect(await violations(app), "an undo with a conflict").toEqual([]);
    await app.page.keyboard.press("Escape");
    await app.page.keyboard.press("Control+,");
    expect(await violations(app), "settings").toEqual([]);
  });

  test(`every screen, ${scheme}`, async ({ machine, app }) => {
    await app.scheme(scheme);
    expect(await violations(app), "home").toEqual([]);
    await app.moreOptions();
    await app.option("Disk space").fill("much");
    expect(await violations(app), "options").toEqual([]);
    await app.option("Disk space").fill("");
    for (const [keys, name] of [
      ["Control+,", "settings"],
      ["Control+Shift+P", "palette"],
    ] as const) {
      await app.page.keyboard.press(keys);
      await expect(app.dialog).toBeVisible();
      expect(await violations(app), name).toEqual([]);
      await app.page.keyboard.press("Escape");
    }
    await app.navigation.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await expect(app.dialog).toBeVisible();
    expect(await violations(app), "shortcuts").toEqual([]);
    await app.page.keyboard.press("Escape");

    const script = machine.file(
      "program.sh",
      "#!/bin/sh\necho text >~/text.txt\nhead -c 300 /dev/urandom >~/bytes.bin\nrm ~/.bashrc\nread line\n",
      0o755,
    );
    await app.run(script);
    await expect(app.row("bytes.bin")).toBeVisible();
    expect(await violations(app), "running session").toEqual([]);
    await app.stop();
    for (const [name, view] of [
      ["text.txt", "Text"],
      ["bytes.bin", "Hex"],
      [".bashrc", "Details"],
    ] as const) {
      await app.show(name);
      await app.view(view);
      expect(await violations(app), view).toEqual([]);
    }
    await app.changes.getByRole("button", { name: "Abort…" }).click();
    expect(await violations(app), "abort").toEqual([]);
    await app.page.keyboard.press("Escape");
    await app.leaveOut("text.txt");
    await app.openCommit();
    await expect(app.dialog).toContainText("2 changes will become real");
    expect(await violations(app), "commit").toEqual([]);
    await app.dialog.getByRole("radio", { name: "Stays in the session 1" }).click();
    expect(await violations(app), "what stays").toEqual([]);
    await app.dialog.getByRole("button", { name: "Commit 2 changes" }).click();
    await expect(app.dialog).toContainText("2 changes committed");
    expect(await violations(app), "what was done").toEqual([]);
    await app.dialog.getByRole("button", { name: "Done" }).click();
    expect(await violations(app), "a part committed").toEqual([]);
    await app.commit();
    expect(await violations(app), "committed").toEqual([]);
    await app.goHistory();
    expect(await violations(app), "history").toEqual([]);
    const newest = app.page.getByRole("main").getByRole("listitem").first();
    await newest.getByRole("button", { name: "Forget its backup…" }).click();
    expect(await violations(app), "forget a backup").toEqual([]);
    await app.page.keyboard.press("Escape");
    await newest.getByRole("button", { name: "Undo…" }).click();
    expect(await violations(app), "undo").toEqual([]);
    await app.dialog.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(app.dialog).toContainText("taken back");
    expect(await violations(app), "undone").toEqual([]);
  });

  test(`what lies inside, pictures, parts and second tries, ${scheme}`, async ({ machine, app }) => {
    await app.scheme(scheme);
    machine.file("home/picture.png", makePicture(40, 30, [20, 90, 20]));
    const script = `cp ${machine.file("other.png", makePicture(40, 30, [90, 20, 20]))} ~/picture.png
cd ~ && date +%N >stamp.txt && echo '{"a":1}' >settings.json && tar -cf archive.tar stamp.txt`;
    await app.run(machine.file("make.sh", `#!/bin/sh\n${script}\n`, 0o755));
    await app.ended();
    await app.show("archive.tar");
    await app.view("Inside");
    await expect(app.detail).toContainText("tar archive");
    expect(await violations(app), "inside").toEqual([]);
    await app.insidePart("Contents");
    await expect(app.detail).toContainText("stamp.txt");
    expect(await violations(app), "what an archive holds").toEqual([]);
    await app.show("picture.png");
    await app.view("Image");
    for (const how of ["Side by side", "Swipe", "Difference"]) {
      await app.detail.getByRole("radio", { name: how }).click();
      expect(await violations(app), how).toEqual([]);
    }
    await app.detail.getByRole("button", { name: "Always leave out files like this…" }).click();
    expect(await violations(app), "leave out from now on").toEqual([]);
    await app.page.keyboard.press("Escape");
    await app.detail.getByRole("button", { name: /^Discard/ }).click();
    expect(await violations(app), "discard").toEqual([]);
    await app.page.keyboard.press("Escape");
    await app.page.getByRole("main").getByRole("button", { name: "Run again…" }).click();
    await expect(app.page.getByRole("button", { name: "Compare the results" })).toBeEnabled();
    expect(await violations(app), "a second try").toEqual([]);
    await app.page.getByRole("button", { name: "Compare the results" }).click();
    await app.dialog.getByRole("option", { name: /stamp\.txt/ }).click();
    await expect(app.dialog.getByRole("region", { name: "Both results" })).toContainText("This one");
    expect(await violations(app), "two results").toEqual([]);
  });
}

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
