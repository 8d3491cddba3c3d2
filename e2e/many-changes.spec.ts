// A session of 100,000 changes is read, drawn, searched, scrolled and decided like a small one.
import { makeManyFiles } from "../bench/many-files.js";
import { expect, test } from "./test.js";

test("100,000 changes", async ({ machine, app }) => {
  test.setTimeout(240_000);
  const name = await makeManyFiles(machine, 1000, 100);
  await app.openSession(name);
  await expect(app.summary).toContainText("Created 101,001 items", { timeout: 60_000 });
  await app.openAll();
  await app.tree.focus();
  await app.page.keyboard.press("End");
  await expect(app.row("f0099.txt", "Created file").last()).toBeVisible();
  // Only what is on screen is in the page.
  expect(await app.tree.getByRole("treeitem").count()).toBeLessThan(200);
  await app.filter.fill("d0500/f0042");
  await expect(app.row("f0042.txt", "Created file")).toBeVisible();
  await app.row("f0042.txt").click();
  await expect(app.detail).toContainText("file 42 of 500");
  await app.filter.fill("");
  await app.abort();
});
