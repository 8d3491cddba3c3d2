// The whole way without a mouse.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./test.js";

test("run, look, leave out, commit and undo by keyboard", async ({ machine, app }) => {
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\nmkdir ~/made\necho a >~/made/a.txt\necho b >~/made/b.txt\n",
    0o755,
  );
  const { keyboard } = app.page;
  // Home opens with the focus in the command line.
  await expect(app.command).toBeFocused();
  await keyboard.type(script);
  await keyboard.press("Enter");
  await app.ended();
  await expect(app.row("b.txt")).toBeVisible();

  await keyboard.press("]");
  await keyboard.press("]");
  await expect(app.detail).toContainText("a.txt");
  await keyboard.press("f");
  await expect(app.filter).toBeFocused();
  await keyboard.type("b.txt");
  await expect(app.row("a.txt")).toHaveCount(0);
  await keyboard.press("Escape");
  await expect(app.filter).toHaveValue("");
  await app.tree.focus();
  await keyboard.type("b.txt");
  await keyboard.press("Enter");
  await expect(app.detail).toContainText("b.txt");
  await app.page.waitForFunction(() => document.activeElement?.getAttribute("role") === "tree");
  await keyboard.press("Space");
  await expect(app.row("b.txt")).toHaveAttribute("aria-checked", "false");

  await keyboard.press("Control+Enter");
  await expect(app.dialog).toBeVisible();
  // The button at hand is the one that commits, then the one that leaves.
  await expect(app.dialog.getByRole("button", { name: /^Commit/ })).toBeFocused();
  await keyboard.press("Enter");
  await app.committed();
  expect(readFileSync(join(machine.home, "made/a.txt"), "utf8")).toBe("a\n");
  expect(existsSync(join(machine.home, "made/b.txt"))).toBe(false);
});
