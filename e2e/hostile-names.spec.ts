// Names and contents made to attack the page or the terminal are shown as data and never run.
import { expect, test } from "./test.js";

/** Python, as a shell cannot write all of these names. */
const PROGRAM = `
import os
os.makedirs("hostile", exist_ok=True)
os.chdir("hostile")
names = [
    b"<img src=x onerror=window.attacked=1>",
    b"'\\"><script>window.attacked=1",
    b"escape \\x1b[31mred\\x1b]0;title\\x07",
    b"two\\nlines",
    b"gpj.\\xe2\\x80\\xaefdp",
    b"not utf-8 \\xff\\xfe",
    b"zero\\xe2\\x80\\x8bwidth",
    b"javascript:alert(1)",
    b"-rf",
    b"a" * 255,
]
for name in names:
    with open(name, "wb") as out:
        out.write(b"<script>window.attacked=1</script>\\n<img src=x onerror=window.attacked=1>\\n\\x1b[2J")
print("\\x1b]0;owned\\x07\\x1b[?1049hdone")
`;

test("hostile names are shown escaped and nothing of them runs", async ({ machine, app }) => {
  const program = machine.file("hostile.py", PROGRAM);
  const title = await app.page.title();
  const leaks: string[] = [];
  app.page.on("dialog", (dialog) => leaks.push(dialog.message()));
  app.page.on("request", (request) => {
    if (!request.url().startsWith(new URL(app.page.url()).origin)) leaks.push(request.url());
  });

  await app.run(`/usr/bin/python3 ${program}`);
  await app.ended();
  for (const shown of [
    "<img src=x onerror=window.attacked=1>",
    "escape \\u{1b}[31mred\\u{1b}]0;title\\u{7}",
    "two\\nlines",
    "gpj.\\u{202e}fdp",
    "not utf-8 \\xff\\xfe",
    "zero\\u{200b}width",
    "javascript:alert(1)",
    "-rf",
    "a".repeat(255),
  ]) {
    await expect(app.row(shown, "Created file")).toBeVisible();
    await app.row(shown).click();
    await expect(app.detail).toContainText("window.attacked=1");
    for (const view of ["Hex", "Details", "Text"] as const) await app.view(view);
  }
  expect(await app.page.evaluate(() => "attacked" in window)).toBe(false);
  expect(await app.page.title()).toBe(title);
  expect(leaks).toEqual([]);

  // They survive the commit byte for byte, and the undo.
  await app.commit();
  const listed = await machine.run([
    "/usr/bin/python3",
    "-c",
    "import os; print(len(os.listdir(b'hostile')), b'not utf-8 \\xff\\xfe' in os.listdir(b'hostile'))",
  ]);
  expect(listed.stdout).toBe("10 True\n");
});
