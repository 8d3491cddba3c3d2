// What a session's programs were, and how they ended: a tree that grows as they run, and what walls kept from them.
import { expect, test } from "./test.js";

test("a change leads to the program that made it, and back; what it does shows as it happens", async ({
  machine,
  app,
}) => {
  const script = machine.file(
    "makes.sh",
    "#!/bin/sh\n/bin/touch by-touch\necho x > by-shell\nread go\n/bin/cat by-shell > /dev/null\nread end\n",
    0o755,
  );
  await app.run(script);
  await app.row("by-touch", "Created file").first().click();
  await app.view("Details");
  await expect(app.detail.getByRole("row", { name: /^Changed by/ })).toContainText("/bin/touch");
  await app.detail.getByRole("button", { name: /^Changed by .*\/touch$/ }).click();
  const tree = app.page.getByRole("tree", { name: "Programs" });
  const touch = tree.getByRole("treeitem", { name: /\/touch by-touch/ });
  await expect(touch).toHaveAttribute("aria-selected", "true");
  await expect(tree.getByRole("treeitem", { name: /\/bin\/cat/ })).toHaveCount(0);
  await touch.getByRole("button", { name: "Show its changes" }).click();
  await expect(app.row("by-shell", "Created file")).toHaveCount(0);
  await expect(app.row("by-touch", "Created file")).toBeVisible();
  await app.page.getByRole("button", { name: "Show what all programs made" }).click();
  await expect(app.row("by-shell", "Created file")).toBeVisible();

  // The helper tells of what is new.
  await app.lower("Terminal");
  await app.type("go\n");
  await app.lower("Programs");
  await expect(tree.getByRole("treeitem", { name: /\/bin\/cat by-shell/ })).toContainText("done");
  // By keys: down to the last program.
  await tree.focus();
  await app.page.keyboard.press("End");
  await expect(tree.getByRole("treeitem", { name: /\/bin\/cat/ })).toHaveAttribute("aria-selected", "true");
  await app.page.keyboard.press("Enter");
  await expect(app.page.getByText("No change fits the filter")).toBeVisible();
  await app.page.screenshot({ path: test.info().outputPath("programs.png") });
  await app.stop();
});

test("the programs of a session show as a tree, with how they ended", async ({ machine, app }) => {
  const script = machine.file(
    "tree.sh",
    "#!/bin/sh\n/bin/ls '/a\u001b[31mred' 2>/dev/null\n/bin/true\nexit 3\n",
    0o755,
  );
  await app.run(script);
  await app.ended();
  await app.lower("Programs");
  const tree = app.page.getByRole("tree", { name: "Programs" });
  await expect(tree.getByRole("treeitem", { name: /tree\.sh/ })).toContainText("3");
  const listing = tree.getByRole("treeitem", { name: /\/bin\/ls/ });
  await expect(listing).toHaveAttribute("aria-level", "2");
  await expect(listing).toContainText("2");
  // What a program was told is data: the escape is shown, not obeyed.
  await expect(listing).not.toContainText("\u001b");
  await expect(tree.getByRole("treeitem", { name: /\/bin\/true/ })).toHaveAttribute("aria-level", "2");
});
