// A part of what a session did is thrown away, what belongs together with it is told first, and after the commit of the
// rest the app has looked at the machine again.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makePicture } from "./harness/picture.js";
import { expect, test } from "./test.js";

test("parts are discarded by pointer, by key, and what is left out at once", async ({ machine, app }) => {
  for (const name of ["old", "gone", "dir/a", "dir/b"]) machine.file(`home/${name}`, "host\n");
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\ncd; echo new >old; rm gone; rm -r dir; for n in 1 2 3; do echo $n >new-$n; done\n",
    0o755,
  );
  await app.run(script);
  await app.ended();

  await app.show("old");
  await app.detail.getByRole("button", { name: "Discard this change…" }).click();
  await expect(app.dialog).toContainText("Discard 1 change?");
  await app.dialog.getByRole("button", { name: "Discard", exact: true }).click();
  await expect(app.dialog).toBeHidden();
  await expect(app.row("old")).toHaveCount(0);

  // By the keyboard; what cannot go alone says so, and nothing goes before that was read.
  await app.row("a", "Deleted file").click();
  await app.tree.press("Delete");
  await expect(app.dialog).toContainText("These belong together with it");
  await app.dialog.getByRole("button", { name: "Discard these too" }).click();
  await expect(app.dialog).toBeHidden();
  await expect(app.row("dir")).toHaveCount(0);

  await app.leaveOut("new-2");
  await app.leaveOut("gone");
  await app.changes.getByRole("button", { name: "Discard 2 left out…" }).click();
  await app.dialog.getByRole("button", { name: "Discard", exact: true }).click();
  await expect(app.dialog).toBeHidden();
  await expect(app.summary).toContainText("Created 2 items");

  await app.commit();
  await expect(app.page.getByRole("main")).toContainText(
    "Looked at again: your machine has what was committed.",
  );
  for (const name of ["old", "gone", "dir/a", "dir/b"])
    expect(readFileSync(join(machine.home, name), "utf8")).toBe("host\n");
  expect([1, 2, 3].map((n) => existsSync(join(machine.home, `new-${n}`)))).toEqual([true, false, true]);
});

test("two pictures are compared by a wipe and by their difference", async ({ machine, app }) => {
  machine.file("home/picture.png", makePicture(120, 80, [200, 30, 30]));
  const other = machine.file("other.png", makePicture(120, 80, [30, 30, 200]));
  await app.run(`/bin/cp ${other} ${join(machine.home, "picture.png")}`);
  await app.ended();
  await app.show("picture.png");
  await expect(app.detail.getByRole("img")).toHaveCount(2);
  await app.detail.getByRole("radio", { name: "Swipe" }).click();
  await app.detail.getByRole("slider", { name: "How much of each side is shown" }).fill("20");
  await expect(app.detail.getByRole("img", { name: "After" })).toHaveCSS(
    "clip-path",
    "inset(0px 0px 0px 20%)",
  );
  await app.detail.getByRole("radio", { name: "Difference" }).click();
  await expect(app.detail).toContainText("Black is the same on both sides.");
});
