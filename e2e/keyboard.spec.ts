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
  // The terminal of a program that has ended wants no keys: Tab goes on. What is typed there is never the window's.
  await expect(app.terminal).toContainText("ended");
  await app.terminal.getByRole("textbox").focus();
  await keyboard.press("Control+b");
  await expect(app.navigation).toBeVisible();
  await keyboard.press("Control+Enter");
  await expect(app.dialog).toBeHidden();
  await keyboard.press("Tab");
  await expect(app.terminal.getByRole("textbox")).not.toBeFocused();
  await app.page.locator("body").press("Escape");

  await keyboard.press("]");
  await keyboard.press("]");
  await expect(app.detail).toContainText("a.txt");
  await keyboard.press("f");
  await expect(app.filter).toBeFocused();
  await keyboard.type("b.txt");
  await expect(app.row("a.txt")).toHaveCount(0);
  await expect(app.changes.getByText("1 of 3 shown")).toBeVisible();
  await expect(app.tree.getByRole("treeitem", { name: /^made, .*\b1 change, / })).toBeVisible();
  // Where the hands are after that, the commit is at hand, too.
  await keyboard.press("Control+Enter");
  await expect(app.dialog.getByRole("button", { name: /^Commit/ })).toBeFocused();
  await keyboard.press("Escape");
  await expect(app.filter).toBeFocused();
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

test("everything can be done from the palette, and a choice can be taken back", async ({ machine, app }) => {
  const script = machine.file("program.sh", "#!/bin/sh\necho a >~/a.txt\necho b >~/b.txt\n", 0o755);
  await app.run(script);
  await app.ended();
  const { keyboard } = app.page;
  // What can be done with a row is at the row: at the pointer, and for the keys.
  const menu = app.page.getByRole("menu", { name: /a\.txt$/ });
  await app.row("a.txt").click({ button: "right" });
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  await menu.getByRole("menuitem", { name: "Leave out of the commit" }).click();
  await expect(app.row("a.txt")).toHaveAttribute("aria-checked", "false");
  await expect(app.tree).toBeFocused();
  await keyboard.press("Shift+F10");
  await expect(menu.getByRole("menuitem", { name: "Put into the commit" })).toBeFocused();
  await keyboard.press("Enter");
  await expect(app.row("a.txt")).toHaveAttribute("aria-checked", "true");
  await keyboard.press("Shift+F10");
  await expect(menu.getByRole("menuitem", { name: "Discard this change…" })).toBeVisible();
  await keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(app.tree).toBeFocused();
  await app.leaveOut("a.txt");
  await app.leaveOut("b.txt");
  await keyboard.press("Control+z");
  await expect(app.row("b.txt")).toHaveAttribute("aria-checked", "true");
  await expect(app.row("a.txt")).toHaveAttribute("aria-checked", "false");
  const palette = async (typed: string): Promise<void> => {
    await keyboard.press("Control+Shift+P");
    await expect(app.dialog.getByRole("combobox")).toBeFocused();
    await keyboard.type(typed);
  };
  await palette("take back");
  await expect(app.dialog.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await keyboard.press("Enter");
  await expect(app.row("a.txt")).toHaveAttribute("aria-checked", "true");
  await palette("make the choice");
  await keyboard.press("Enter");
  await expect(app.row("a.txt")).toHaveAttribute("aria-checked", "false");
  await palette("history");
  await keyboard.press("Enter");
  await expect(app.title).toHaveText("History");
  await palette("program.sh");
  await keyboard.press("Enter");
  await expect(app.title).toHaveText("program.sh");
  await palette("commit");
  await keyboard.press("Enter");
  await expect(app.dialog.getByRole("button", { name: /^Commit/ })).toBeFocused();
  await keyboard.press("Enter");
  await app.committed();
  expect(existsSync(join(machine.home, "b.txt"))).toBe(true);
  expect(existsSync(join(machine.home, "a.txt"))).toBe(false);
  await palette("zzzz");
  await expect(app.dialog.getByRole("status")).toHaveText("Nothing fits");
  await keyboard.press("Escape");
  await expect(app.dialog).toBeHidden();
});

test("the focus comes back from every dialog", async ({ machine, app }) => {
  await app.run(machine.file("program.sh", "#!/bin/sh\necho a >~/a.txt\n", 0o755));
  await app.ended();
  await app.show("a.txt");
  await app.tree.focus();
  for (const keys of ["Control+,", "Control+Shift+P", "?", "Control+Enter", "Delete"]) {
    await app.page.keyboard.press(keys);
    await expect(app.dialog).toBeVisible();
    await app.page.keyboard.press("Escape");
    await expect(app.dialog).toBeHidden();
    await expect(app.tree, keys).toBeFocused();
  }
  // What the palette opens instead has it.
  await app.page.keyboard.press("Control+Shift+P");
  await app.page.keyboard.type("filter by path");
  await app.page.keyboard.press("Enter");
  await expect(app.filter).toBeFocused();
});

test("more is run in a session that has ended, and is committed with the rest", async ({ machine, app }) => {
  await app.run(machine.file("program.sh", "#!/bin/sh\necho own words; echo first >~/a.txt\n", 0o755));
  await app.ended();
  await app.lower("Run more");
  const command = app.more.getByRole("textbox", { name: "Command to run in this session" });
  await command.fill("sh -c 'cat a.txt a.txt >b.txt; echo waits; read go; echo more >c.txt'");
  await command.press("Enter");
  await expect(app.row("b.txt", "Created file")).toBeVisible();
  await expect(app.state).toHaveText(/^Running/);
  // It outlives the window, and its terminal is there again; what the session's own program printed last stays its own.
  await expect(app.more).toContainText("waits");
  await app.close();
  const again = await app.startAgain();
  await again.openSession("program.sh");
  await expect(again.terminal).toContainText("own words");
  await again.lower("Run more");
  await expect(again.more).toContainText("waits");
  await again.more.getByRole("textbox", { name: "Output of what runs more" }).focus();
  await again.page.keyboard.type("go\n");
  await expect(again.more).toContainText("It has ended.");
  await again.ended();
  await expect(again.row("c.txt", "Created file")).toBeVisible();
  expect(existsSync(join(machine.home, "b.txt"))).toBe(false);
  await again.commit();
  expect(readFileSync(join(machine.home, "b.txt"), "utf8")).toBe("first\nfirst\n");
  await again.close();
});
