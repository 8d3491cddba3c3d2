// How every screen looks and reads, in light and dark: against the pictures in e2e/baselines/, and through axe. What differs from
// machine to machine is taken out of the window first (harness/still-life.ts). Sessions at work: visual-session.spec.ts.
import type { Machine } from "./harness/machine.js";
import { makePicture } from "./harness/picture.js";
import { onStillLife } from "./harness/still-life.js";
import { looks, reads, whileHelperStands } from "./screens.js";
import { expect, test } from "./test.js";

// Dozens of pictures take their time on a busy machine.
test.describe.configure({ timeout: 300_000 });

test("screens without a session", async ({ account, installation, display }) => {
  await onStillLife({ account, installation, display }, async (app) => {
    await expect(app.page.getByRole("button", { name: "Letters" })).toBeVisible();
    await looks(app, "home-empty");
    const machineCan = app.page.getByRole("heading", { name: "What this machine can enforce" });
    await machineCan.click();
    await expect(app.page.getByText(/ mode · \d/)).toBeVisible();
    await reads(app, "what this machine can enforce");
    await machineCan.click();
    await app.page.getByRole("button", { name: "More options" }).click();
    await expect(app.options).toBeVisible();
    await looks(app, "run-form");
    await app.page.getByRole("button", { name: "More options" }).click();
    await app.command.fill("no-such-program");
    await app.page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(app.page.getByRole("alert")).toContainText("Command not found");
    await looks(app, "home-error");
    await app.moreOptions();
    await app.option("Disk space").fill("much");
    await reads(app, "options, all of them, and one that is wrong");
    const open = async (keys: string): Promise<void> => {
      await app.page.keyboard.press("Escape");
      await expect(app.dialog).toBeHidden();
      await app.title.click();
      await app.page.keyboard.press(keys);
      await expect(app.dialog).toBeVisible();
    };
    await open("Control+,");
    await looks(app, "settings");
    await app.dialog.getByRole("textbox", { name: "Disk space for backups" }).scrollIntoViewIfNeeded();
    await looks(app, "settings-below");
    await open("Control+Shift+P");
    await looks(app, "palette");
    await open("?");
    await looks(app, "shortcuts");
    await app.page.keyboard.press("Escape");
    await app.goHistory();
    await expect(app.page.getByRole("main")).toContainText("Nothing");
    await looks(app, "history-empty");
  });
});

const LINES = "one\ntwo\nthree\nfour\nfive\n";

/** A home, and a program that changes it in every way that a view is for. */
function prepare(machine: Machine): void {
  machine.file("home/notes.txt", LINES);
  machine.file("home/gone.txt", "soon gone\n");
  machine.file("home/photo.png", makePicture(320, 200, [40, 90, 160]));
  machine.file("home/album/photo.png", makePicture(320, 200, [160, 90, 40]));
  machine.file(
    "home/setup.sh",
    `#!/bin/sh
cd
printf '\\033[1mSetting up\\033[0m\\n'
echo 'export PATH="$PATH:$HOME/tool"' >>.bashrc
sed -i 's/three/THREE, and more of it/' notes.txt
cp album/photo.png photo.png
rm gone.txt
mkdir tool
printf '#!/bin/sh\\necho tool\\n' >tool/tool
chmod 755 tool/tool
ln -s tool tool/alias
head -c 700 /dev/zero >tool/data.bin
echo done
`,
    0o755,
  );
}

test("a session, its commit and its undo", async ({ account, installation, display }) => {
  await onStillLife({ account, installation, display }, async (app, machine) => {
    prepare(machine);
    await app.run("./setup.sh");
    await app.ended();
    await app.openAll();
    await app.show("notes.txt");
    await expect(app.detail).toContainText("THREE, and more of it");
    // Who made a change is known a moment after it.
    await expect(app.detail).toContainText("by sed");
    await looks(app, "session-text");
    await app.show(".bashrc");
    await app.view("Details");
    await looks(app, "session-details");
    await app.show("photo.png");
    await app.view("Image");
    await expect(app.detail.getByRole("img")).toHaveCount(2);
    await looks(app, "session-image");
    for (const how of ["Swipe", "Difference"]) {
      await app.detail.getByRole("radio", { name: how }).click();
      await reads(app, `images: ${how}`);
    }
    await app.show("data.bin");
    await app.view("Hex");
    await expect(app.detail).toContainText("000000");
    await looks(app, "session-hex");
    await app.filter.fill("nothing is called so");
    await looks(app, "session-no-match");
    await app.filter.fill("");
    await app.groupBy("Kind");
    await looks(app, "session-groups");
    await app.groupBy("Place");
    await app.show("data.bin");
    await app.detail.getByRole("button", { name: "Always leave out files like this…" }).click();
    await expect(app.dialog).toBeVisible();
    await looks(app, "ignore");
    await app.page.keyboard.press("Escape");

    await app.changes.getByRole("button", { name: "Abort…" }).click();
    await expect(app.dialog).toBeVisible();
    await looks(app, "abort");
    await app.page.keyboard.press("Escape");
    await app.openCommit();
    await expect(app.dialog.getByRole("button", { name: /^Commit \d/ })).toBeEnabled();
    await looks(app, "commit");
    await app.page.keyboard.press("Escape");
    await expect(app.dialog).toBeHidden();
    machine.file("home/notes.txt", LINES.replace("three", "3, says the host"));
    await app.openCommit();
    await expect(app.dialog.getByRole("region", { name: "Differences" })).toContainText("says the host");
    await looks(app, "commit-conflict");
    await app.answer("Overwrite");
    await whileHelperStands(app, async () => {
      await app.dialog.getByRole("button", { name: "Commit with these answers" }).click();
      await expect(app.dialog.getByRole("progressbar", { name: "Committing" })).toBeVisible();
      await looks(app, "commit-work");
    });
    await expect(app.dialog).toContainText(/\d changes? committed/, { timeout: 60_000 });
    await looks(app, "commit-done");
    await app.committed();
    await looks(app, "session-committed");

    await app.goHistory();
    await expect(app.page.getByRole("main").getByRole("listitem")).toHaveCount(1);
    await looks(app, "history");
    await app.page
      .getByRole("main")
      .getByRole("button", { name: /^What it changed/ })
      .click();
    await expect(app.page.getByRole("main").getByRole("listbox")).toBeVisible();
    await reads(app, "what a commit changed");
    await app.page
      .getByRole("main")
      .getByRole("button", { name: /^What it changed/ })
      .click();
    await app.page.getByRole("main").getByRole("button", { name: "Forget its backup…" }).click();
    await expect(app.dialog).toBeVisible();
    await looks(app, "history-forget");
    await app.page.keyboard.press("Escape");
    await expect(app.dialog).toBeHidden();
    machine.file("home/notes.txt", "used since\n");
    await app.page.getByRole("main").getByRole("button", { name: /^Undo/ }).click();
    await expect(app.dialog.getByRole("listbox", { name: "What it changed" })).toBeVisible();
    await looks(app, "undo");
    await app.dialog.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(app.conflict("notes.txt")).toBeVisible();
    await expect(app.dialog.getByRole("region", { name: "Differences" })).toContainText("used since");
    await looks(app, "undo-question");
    await app.answer("Leave as it is");
    await app.dialog.getByRole("button", { name: "Undo with these answers" }).click();
    await expect(app.dialog).toContainText("taken back");
    await reads(app, "an undo that is done");
    await app.undone();
    await app.goHome();
    await looks(app, "home");
  });
});
