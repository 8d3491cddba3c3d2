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

test("of thousands of tries only those in sight are in the page, and refusals are there to the last", async ({
  machine,
  app,
}) => {
  const script = machine.file(
    "tries.py",
    `import socket
for family in range(11, 46):
    try: socket.socket(family, socket.SOCK_RAW)
    except OSError: pass
for n in range(2000):
    with socket.socket() as tried:
        tried.setblocking(False)
        tried.connect_ex((f"192.0.2.{n % 250}", 1000 + n // 250))
`,
  );
  await app.run(`/usr/bin/python3 ${script}`);
  await app.ended();
  await app.lower("Network");
  await expect(app.network).toContainText("2,000 places");
  await expect(app.network).toContainText("192.0.2.0:1000");
  const rows = app.network.getByRole("row");
  expect(await rows.count()).toBeLessThan(100);
  // To the end: the head of the table stays, and so does the width of what is tried.
  const head = app.network.getByRole("columnheader", { name: "What" });
  const before = await head.boundingBox();
  await rows.last().evaluate((row) => {
    const scroller = row.closest("table")?.parentElement?.parentElement;
    scroller?.scrollTo(0, scroller.scrollHeight);
  });
  await expect(app.network).toContainText("192.0.2.249:1007");
  expect(await rows.count()).toBeLessThan(100);
  expect(await head.boundingBox()).toEqual(before);

  await app.lower("Programs");
  const refusals = app.page.getByRole("list", { name: "What was refused" });
  const refusal = refusals.getByRole("listitem");
  const all = Number(await refusal.first().getAttribute("aria-setsize"));
  expect(all).toBeGreaterThan(9);
  await refusals.evaluate((list) => list.parentElement?.scrollTo(0, list.parentElement.scrollHeight));
  await expect(refusal.last()).toHaveAttribute("aria-posinset", String(all));
});
