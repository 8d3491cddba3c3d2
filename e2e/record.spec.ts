// What a session's programs were, and how they ended: a tree that grows as they run, and what walls kept from them.
import { expect, test } from "./test.js";

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
