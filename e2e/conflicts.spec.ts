// The host changed under the program's feet: the commit says where, and does nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./test.js";

test("a conflict is shown and nothing is committed", async ({ machine, app }) => {
  machine.file("home/notes.txt", "as it was\n");
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\necho inside >>~/notes.txt\necho new >~/new.txt\n",
    0o755,
  );
  await app.run(script);
  await app.ended();
  machine.file("home/notes.txt", "changed by the host meanwhile\n");
  const before = machine.describeHome();

  await app.openCommit();
  await expect(app.dialog).toContainText("1 conflict");
  await expect(app.dialog).toContainText("notes.txt");
  await expect(app.dialog).not.toContainText("new.txt");
  await app.dialog.getByRole("button", { name: "Cancel" }).click();
  expect(machine.describeHome()).toEqual(before);
  expect(await machine.sessionStates()).toEqual(["finished"]);

  // Left out of the commit, the rest goes through.
  await app.openCommit();
  await app.dialog.getByRole("combobox", { name: /notes\.txt$/ }).selectOption("skip");
  await app.dialog.getByRole("button", { name: "Commit with these answers" }).click();
  await app.committed();
  expect(readFileSync(join(machine.home, "new.txt"), "utf8")).toBe("new\n");
  expect(readFileSync(join(machine.home, "notes.txt"), "utf8")).toBe("changed by the host meanwhile\n");
});
