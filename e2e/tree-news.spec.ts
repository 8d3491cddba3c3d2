// The list of changes while a program makes more of them: what a hand or an ear is at stays the same.
import { expect, test } from "./test.js";

test("a press is for the row that it began on, whatever comes and goes meanwhile, and rows keep their elements", async ({
  machine,
  app,
}) => {
  const script = `#!/bin/sh
cd; echo 1 >m.txt; echo 2 >n.txt; echo 3 >z.txt; read go
echo 4 >c.txt; echo 5 >d.txt; read go
rm n.txt; read end
`;
  await app.run(machine.file("program.sh", script, 0o755));
  const [m, n] = [app.row("m.txt"), app.row("n.txt")];
  await m.click();
  await expect(app.detail).toContainText("m.txt");
  await n.evaluate((element) => element.setAttribute("title", "mine"));
  const hand = await app.tree.getAttribute("aria-activedescendant");

  // Others come in above while the button is down: the row is elsewhere then.
  await n.hover();
  await app.page.mouse.down();
  await app.type("\n");
  await expect(app.row("d.txt")).toBeVisible();
  await expect(n).toHaveAttribute("title", "mine");
  expect(await app.tree.getAttribute("aria-activedescendant")).toBe(hand);
  await app.page.mouse.up();
  await expect(app.detail).toContainText("n.txt");

  // It goes while the button is down: nothing else is pressed in its place.
  await n.locator("[data-part=choice]").hover();
  await app.page.mouse.down();
  await app.type("\n");
  await expect(n).toHaveCount(0);
  await app.page.mouse.up();
  await expect(app.tree.getByRole("treeitem", { checked: false })).toHaveCount(0);
});
