// How a commit looks and reads that asks: what needs something else, texts that both sides changed, many answers at once.
import { onStillLife } from "./harness/still-life.js";
import { refusedCommit } from "./scenes.js";
import { looks, reads } from "./screens.js";
import { expect, test } from "./test.js";

const LINES = "one\ntwo\nthree\nfour\nfive\n";

test.describe.configure({ timeout: 300_000 });

test("conflicts of every kind", async ({ account, installation, display }) => {
  await onStillLife({ account, installation, display }, async (app, machine) => {
    for (const name of ["clean.txt", "hand.txt", "seen.txt"]) machine.file(`home/${name}`, LINES);
    machine.file("home/data.bin", Buffer.from([0, 1, 2]));
    const script =
      "cd; sed -i s/one/ONE/ clean.txt; sed -i s/three/in/ hand.txt; echo >>data.bin; cat seen.txt; echo a >one.txt; ln one.txt two.txt";
    await app.run(machine.file("home/program.sh", `#!/bin/sh\n${script}\n`, 0o755));
    await app.ended();
    // Two names of one file: the one means nothing without the other.
    await app.leaveOut("two.txt");
    await app.leaveOut("data.bin");
    await app.openCommit();
    await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
    await expect(app.dialog).toContainText("makes no sense without");
    await looks(app, "commit-needs");
    await app.dialog.getByRole("button", { name: "Include it too" }).click();
    await expect(app.dialog).toContainText("will become real");
    await app.page.keyboard.press("Escape");
    await app.row("data.bin").locator("[data-part=choice]").click();
    await expect(app.row("data.bin")).toHaveAttribute("aria-checked", "true");

    machine.file("home/clean.txt", LINES.replace("five", "FIVE"));
    machine.file("home/hand.txt", LINES.replace("three", "host"));
    machine.file("home/data.bin", Buffer.from([0, 9, 9, 9]));
    machine.file("home/seen.txt", "changed\n");
    await app.openCommit();
    const differences = app.dialog.getByRole("region", { name: "Differences" });
    await expect(differences).toContainText("FIVE");
    await reads(app, "a conflict");
    await app.answer("Merge");
    await expect(differences).toContainText("changed by the session");
    await reads(app, "a merge");
    await app.conflict("hand.txt").click();
    await app.answer("Merge by hand…");
    await expect(app.dialog).toContainText("One place is open.");
    await looks(app, "commit-merge");
    await app.dialog.getByRole("button", { name: "Edit as text" }).click();
    await reads(app, "a text in the making");
    await app.conflict("data.bin").click();
    await app.dialog.getByRole("button", { name: "Always leave out files like this…" }).click();
    await reads(app, "no text");
    await app.conflict("seen.txt").click();
    await expect(differences).toContainText("it only looked");
    await reads(app, "only read");
    await app.dialog.getByRole("button", { name: "Select all" }).click();
    await reads(app, "many selected");
    await app.page.keyboard.press("Escape");
    await app.abort();
    await looks(app, "session-aborted");
  });
});

// Mounting is root's.
if (process.geteuid?.() === 0) {
  test("a commit that is refused", async ({ account, installation, display }) => {
    await onStillLife({ account, installation, display }, async (app, machine) => {
      const disk = await refusedCommit(app, machine);
      await looks(app, "commit-refused");
      machine.remount(disk, "rw");
      await app.dialog.getByRole("button", { name: "Try again" }).click();
      await expect(app.dialog).toContainText("will become real");
      await app.page.keyboard.press("Escape");
      await app.abort();
    });
  });
}
