// A session of a few hundred thousand changes is read, drawn, searched, scrolled and decided like a small one.
import { makeManyFiles } from "../bench/many-files.js";
import { expect, test } from "./test.js";

test("hundreds of thousands of changes", async ({ machine, app }) => {
  test.setTimeout(600_000);
  // Most of them are names of the same few hundred files: a change each, and made and removed in seconds.
  const name = await makeManyFiles(machine, 1000, 300, "names");
  await app.openSession(name);
  await expect(app.summary).toContainText("Created 1,301 items, linked 299,700", { timeout: 180_000 });
  await app.openAll();
  await app.tree.focus();
  await app.page.keyboard.press("End");
  await expect(app.row("f0299.txt", "Linked file").last()).toBeVisible();
  // Only what is on screen is in the page.
  expect(await app.tree.getByRole("treeitem").count()).toBeLessThan(200);
  await app.filter.fill("d0500/f0042");
  await expect(app.row("f0042.txt", "Linked file")).toBeVisible();
  await app.row("f0042.txt").click();
  await expect(app.detail).toContainText("file 42 of 0");
  await app.filter.fill("");
  // The commit's screen lists them all as well, and draws only what is in sight.
  await app.openCommit();
  await expect(app.dialog).toContainText("301,001 changes will become real", { timeout: 120_000 });
  const list = app.dialog.getByRole("listbox", { name: "Goes to your machine" });
  await list.focus();
  await app.page.keyboard.press("End");
  await expect(list.getByRole("option", { name: /d0999\/f0299\.txt/ })).toBeVisible();
  expect(await list.getByRole("option").count()).toBeLessThan(200);
  await app.page.keyboard.press("Escape");
  await app.abort();
});
