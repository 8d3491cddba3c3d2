// A session of a few hundred thousand changes is read, drawn, searched, scrolled and decided like a small one.
import { makeManyFiles } from "../bench/many-files.js";
import { expect, test } from "./test.js";

test("hundreds of thousands of changes", async ({ machine, app, mode }) => {
  test.setTimeout(600_000);
  // All of it once; without privilege, where every file costs more to make, a third.
  const files = mode === "system" ? 300 : 100;
  const name = await makeManyFiles(machine, 1000, files);
  await app.openSession(name);
  await expect(app.summary).toContainText(`Created ${files + 1},001 items`, { timeout: 60_000 });
  await app.openAll();
  await app.tree.focus();
  await app.page.keyboard.press("End");
  await expect(app.row(`f${`${files - 1}`.padStart(4, "0")}.txt`, "Created file").last()).toBeVisible();
  // Only what is on screen is in the page.
  expect(await app.tree.getByRole("treeitem").count()).toBeLessThan(200);
  await app.filter.fill("d0500/f0042");
  await expect(app.row("f0042.txt", "Created file")).toBeVisible();
  await app.row("f0042.txt").click();
  await expect(app.detail).toContainText("file 42 of 500");
  await app.filter.fill("");
  await app.abort();
});
