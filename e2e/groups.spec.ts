// Changes in groups: by kind, time and package; a group is opened, looked through and chosen as a whole, by keys too.
import { join } from "node:path";
import { expect, test } from "./test.js";

test("changes are grouped, and a group is chosen at once", async ({ machine, app }) => {
  for (const name of ["old", "gone"]) machine.file(`home/${name}`, "host\n");
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\ncd; mkdir dir; echo new >old; rm gone; for n in 1 2 3; do echo $n >dir/new-$n; done\n",
    0o755,
  );
  await app.run(script);
  await app.ended();

  await app.groupBy("Kind");
  const created = app.row("Created", "4 changes");
  await expect(created).toHaveAttribute("aria-expanded", "true");
  await expect(app.row("new-2", "Created file")).toHaveAttribute("aria-level", "2");
  // Its path gives way in the middle, where there is no room for it: where it begins and its name stay.
  const parts = await app
    .row("new-2")
    .locator("bdi")
    .evaluateAll((elements) => elements.map((element) => [element.textContent, element.className !== ""]));
  expect(parts).toEqual([
    ["~/", true],
    ["dir/", false],
    ["new-2", true],
  ]);
  await created.locator("[data-part=choice]").click();
  await expect(created).toHaveAttribute("aria-checked", "false");
  await expect(app.row("Changed", "1 change")).toHaveAttribute("aria-checked", "true");
  await expect(app.changes).toContainText("Commit 2 of 6");

  // By keys: closed, opened, chosen again, and from change to change across groups.
  await app.tree.press("Home");
  await app.tree.press("ArrowLeft");
  await expect(created).toHaveAttribute("aria-expanded", "false");
  await expect(app.row("new-2")).toHaveCount(0);
  await app.tree.press("Space");
  await expect(created).toHaveAttribute("aria-checked", "true");
  await app.tree.press("ArrowRight");
  await app.row("new-3").click();
  await app.page.keyboard.press("]");
  await expect(app.detail).toContainText("old");

  await app.filter.fill("new-");
  await expect(app.row("Created", "3 changes")).toBeVisible();
  await expect(app.row("Deleted")).toHaveCount(0);
  await app.filter.fill("");

  await app.groupBy("Time");
  await expect(app.tree.getByRole("treeitem", { level: 1 }).first()).toHaveAccessibleName(
    /\d:\d\d – .*change/,
  );
  await app.groupBy("Package");
  await expect(app.row("Of no package", "6 changes")).toBeVisible();
  await app.groupBy("Place");
  await expect(app.row("dir", "Created folder")).toBeVisible();
  await expect(app.page.getByText(join(machine.home, "dir"))).toHaveCount(0);
});
