// What commits leave out from now on: said of a conflict, of a change in the tree, and in the settings.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./test.js";

test("files like this are left out from now on", async ({ machine, app }) => {
  machine.file("home/a.cache", "a\n");
  const script = "#!/bin/sh\necho inside >>~/a.cache\necho b >~/b.cache\necho c >~/c.txt\n";
  await app.run(machine.file("program.sh", script, 0o755));
  await app.ended();
  machine.file("home/a.cache", "changed by the host\n");
  await app.openCommit();
  const more = app.dialog.getByRole("button", { name: "Always leave out files like this…" });
  // Its word stands below the words above it.
  const left = (words: Element): number => {
    const range = document.createRange();
    range.selectNodeContents(words);
    return Math.round(range.getBoundingClientRect().left);
  };
  const title = app.dialog.getByRole("heading", { name: "a.cache" });
  expect(await more.evaluate(left)).toBe(await title.evaluate(left));
  await more.click();
  await app.dialog.getByRole("button", { name: "*.cache", exact: true }).click();
  // Checked again, nothing is left to decide.
  await expect(app.dialog).toContainText("Your ignore list leaves out 2 files");
  await expect(app.dialog).toContainText("1 change will become real");
  await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
  await app.committed();
  expect(readFileSync(join(machine.home, "c.txt"), "utf8")).toBe("c\n");
  expect(readFileSync(join(machine.home, "a.cache"), "utf8")).toBe("changed by the host\n");
  expect(await machine.alcatraz("ignore")).toBe("*.cache\n");
  expect(await machine.sessionStates()).toEqual(["finished"]);

  // The list is in the settings, and can be changed there.
  await app.page.keyboard.press("Control+,");
  const list = app.dialog.getByRole("region", { name: "Left out of every commit" });
  await list.getByRole("button", { name: "Remove *.cache" }).click();
  await list.getByRole("textbox", { name: "New pattern" }).fill("*.tmp");
  await list.getByRole("button", { name: "Add" }).click();
  await expect(list).toContainText("*.tmp");
  await expect(list).not.toContainText("*.cache");
  expect(await machine.alcatraz("ignore")).toBe("*.tmp\n");
});

test("a change in the tree is left out from now on, by a pattern that can be edited", async ({
  machine,
  app,
}) => {
  const script = "#!/bin/sh\nmkdir ~/logs; for n in a b; do echo $n >~/logs/$n.log; done; echo c >~/c.txt\n";
  await app.run(machine.file("program.sh", script, 0o755));
  await app.ended();
  await app.show("a.log");
  await app.detail.getByRole("button", { name: "Always leave out files like this…" }).click();
  const pattern = app.dialog.getByRole("textbox", { name: "Pattern" });
  await expect(pattern).toHaveValue(/logs\/a\.log$/);
  await app.dialog.getByRole("radio", { name: /logs\/\*\*$/ }).click();
  await expect(pattern).toHaveValue(/logs\/\*\*$/);
  await pattern.fill("*.lo?");
  await app.dialog.getByRole("button", { name: "Leave out from now on" }).click();
  await expect(app.dialog).toBeHidden();
  expect(await machine.alcatraz("ignore")).toBe("*.lo?\n");
  await app.openCommit();
  await expect(app.dialog).toContainText("Your ignore list leaves out 2 files");
  // What stays is listed with the reason, and one of them goes all the same.
  await app.dialog.getByRole("radio", { name: "Stays in the session 2" }).click();
  const kept = app.dialog.getByRole("option", { name: /a\.log, Created file, ignore list$/ });
  await kept.locator("[data-part=choice]").click();
  await expect(app.dialog).toContainText("3 changes will become real on your machine.");
  await app.dialog.getByRole("button", { name: "Commit 3 changes" }).click();
  await app.committed();
  expect(["a.log", "b.log"].map((name) => existsSync(join(machine.home, "logs", name)))).toEqual([
    true,
    false,
  ]);
});
