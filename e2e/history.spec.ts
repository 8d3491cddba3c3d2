// History: what each backup takes up, forgetting one, and the limit for all of them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import type { App } from "./app.js";
import type { Machine } from "./harness/machine.js";
import { expect, test } from "./test.js";

/** Commits a change of a file of so many bytes: the file as it was is the commit's backup. */
async function commitChange(machine: Machine, name: string, bytes: number): Promise<void> {
  const file = machine.file(`home/${name}`, Buffer.alloc(bytes, "x"));
  const script = machine.file(`${name}.sh`, `#!/bin/sh\necho changed >'${file}'\n`, 0o755);
  await machine.alcatraz("run", "--name", name, "--commit", "--", script);
}

function record(app: App, name: string): Locator {
  return app.page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ hasText: `${name}.sh` });
}

test("backups are told, dropped on request, and kept within a limit", async ({ machine, app }) => {
  await commitChange(machine, "first", 3_000_000);
  await commitChange(machine, "second", 2_000_000);
  await commitChange(machine, "third", 1_000_000);
  await app.goHistory();
  const main = app.page.getByRole("main");
  await expect(main).toContainText("Backups take up 6 MB of 21 GB.");
  await expect(record(app, "first")).toContainText("backup 3 MB");

  // One is forgotten, after a question whose answer at hand is no.
  await record(app, "first").getByRole("button", { name: "Forget its backup…" }).click();
  await expect(app.dialog).toContainText("That frees 3 MB.");
  await expect(app.dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await app.dialog.getByRole("button", { name: "Forget it" }).click();
  await expect(record(app, "first")).toContainText("its backup was dropped: it cannot be undone any more");
  await expect(record(app, "first").getByRole("button")).toHaveCount(0);
  await expect(main).toContainText("Backups take up 3 MB of 21 GB.");

  // A limit that costs something says so before it is set.
  await main.getByRole("button", { name: "Change the limit…" }).click();
  const limit = app.dialog.getByRole("region", { name: "Backups of commits" });
  const field = limit.getByRole("textbox", { name: "Disk space for backups" });
  await expect(field).toHaveValue(/^21\sGB$/);
  await field.fill("much");
  await expect(limit).toContainText("Write a size like 20 GB");
  await expect(limit.getByRole("button", { name: "Set" })).toBeDisabled();
  await field.fill("1.5 MB");
  await expect(limit).toContainText("1 older commit can then no longer be undone.");
  await limit.getByRole("button", { name: "Set and drop 1 backup" }).click();
  await expect(limit).toContainText("The backups take up 1 MB now.");
  await app.dialog.getByRole("button", { name: "Done" }).click();
  await expect(record(app, "second")).toContainText("its backup was dropped");
  await expect(record(app, "third").getByRole("button", { name: "Undo…" })).toBeVisible();
  await expect(main).toContainText("Backups take up 1 MB of 1.5 MB.");

  // The command line has the same limit; the newest can always be undone.
  const { commits } = JSON.parse(await machine.alcatraz("history", "--json")) as {
    commits: { undoable: boolean }[];
  };
  expect(commits.map(({ undoable }) => undoable)).toEqual([true, false, false]);
  // What a commit did is told in the list, and before it is taken back.
  await record(app, "third").getByRole("button", { name: "What it changed: third" }).click();
  await expect(
    record(app, "third").getByRole("option", { name: /home\/third, Changed file$/ }),
  ).toBeVisible();
  await main.getByRole("button", { name: "Undo…" }).first().click();
  await expect(app.dialog).toContainText("1 change of third will be taken back.");
  await expect(app.dialog.getByRole("option", { name: /home\/third, Changed file$/ })).toBeVisible();
  await app.dialog.getByRole("button", { name: "Cancel" }).click();
  await app.undo();
  expect(readFileSync(join(machine.home, "third")).length).toBe(1_000_000);
});
