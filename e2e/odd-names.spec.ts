// All that can be done with a change, on files whose names were made to break whoever handles them: a line feed, a direction mark,
// no UTF-8, a leading dash, as long as a name can be. Notes, edits, export, a second run compared with the first, commit and undo.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { App } from "./app.js";
import type { Machine } from "./harness/machine.js";
import { expect, test } from "./test.js";

/** The names as bytes, in Python, and as the app shows them. */
const NAMES = [
  [String.raw`b"two\nlines.txt"`, String.raw`two\nlines.txt`],
  [String.raw`b"gpj.\xe2\x80\xaetxt"`, String.raw`gpj.\u{202e}txt`],
  [String.raw`b"no utf-8 \xff\xfe"`, String.raw`no utf-8 \xff\xfe`],
  [String.raw`b"-rf"`, "-rf"],
  [String.raw`b"l" * 255`, "l".repeat(255)],
] as const;

/** Writes into each of the files what is said of it; shells cannot write all of these names. */
function writer(how: "wb" | "ab", text: string): string {
  return `
import os
os.makedirs("odd", exist_ok=True)
os.chdir("odd")
for name in [${NAMES.map(([bytes]) => bytes).join(", ")}]:
    with open(name, "${how}") as out:
        out.write(${text})
`;
}

/** What lies in a folder: the names, byte for byte, and what is in each file. */
function contents(machine: Machine, folder: string): Promise<string> {
  const words =
    "import os, sys; os.chdir(sys.argv[1]); print({n: open(n, 'rb').read() for n in sorted(os.listdir(b'.'))})";
  return machine.run(["/usr/bin/python3", "-c", words, folder]).then(({ stdout }) => stdout);
}

const TYPED = "host\nby hand\n";

/** Notes something on the change in hand and gives it another content; first it is left and asked about. */
async function noteAndEdit(app: App, shown: string): Promise<void> {
  await app.row(shown).click();
  await expect(app.detail).toContainText("of the session");
  await app.changeMenu("Note…");
  const note = app.dialog.getByRole("textbox", { name: "What to remember" });
  await note.fill(`On <b>this</b>\n\u202eone`);
  await app.dialog.getByRole("button", { name: "Keep the note" }).click();
  await expect(app.detail.getByRole("note", { name: "Note" })).toHaveText("On <b>this</b>\n\\u{202e}one", {
    useInnerText: true,
  });
  await app.changeMenu("Edit…");
  await app.dialog.getByRole("textbox", { name: "Content of the file" }).fill(TYPED);
  await app.dialog.getByRole("button", { name: "Save in the session" }).click();
  await expect(app.dialog).toBeHidden();
  await expect(app.detail).toContainText("by hand");
}

test("odd names: noted on, edited, exported, run again and compared, committed, undone", async ({
  machine,
  app,
}) => {
  const odd = join(machine.home, "odd");
  await machine.run(["/usr/bin/python3", "-c", writer("wb", `b"host\\n"`)]);
  const before = await contents(machine, odd);
  const program = machine.file(
    "home/program.py",
    writer("ab", `b"of the session: " + os.urandom(4).hex().encode() + b"\\n"`),
  );
  await app.run(`/usr/bin/python3 ${program}`);
  await app.ended();

  for (const [, shown] of NAMES) await noteAndEdit(app, shown);
  expect(await contents(machine, odd)).toBe(before);

  // What was typed is not lost by a slip: Escape asks.
  await app.changeMenu("Edit…");
  const text = app.dialog.getByRole("textbox", { name: "Content of the file" });
  await text.fill("\u202egnihton");
  await expect(app.dialog).toContainText("turn the direction of what follows");
  await app.page.keyboard.press("Escape");
  await expect(app.dialog).toContainText("What you typed here is not saved yet.");
  await app.dialog.getByRole("button", { name: "Close without saving" }).click();
  await expect(app.dialog).toBeHidden();
  await expect(app.detail).toContainText("by hand");

  // Every byte of every name is in the archive, and in a patch that applies.
  const edited = before.replaceAll(String.raw`b'host\n'`, String.raw`b'host\nby hand\n'`);
  const tar = machine.path("out.tar");
  await app.saveTo(tar);
  await app.sessionMenu("Export as tar…");
  await expect(app.dialog).toContainText("It holds the files that the session made or changed");
  await app.dialog.getByRole("button", { name: "Close" }).last().click();
  const unpacked = machine.directory("unpacked");
  execFileSync("tar", ["-xf", tar, "-C", unpacked]);
  expect(await contents(machine, join(unpacked, odd))).toBe(edited);
  const patch = machine.path("out.patch");
  await app.saveTo(patch);
  await app.sessionMenu("Export as patch…");
  await expect(app.dialog).toContainText("It holds what changed in texts");
  await app.dialog.getByRole("button", { name: "Close" }).last().click();
  const copy = machine.directory(join("copy", machine.home.slice(1)));
  await machine.run(["/usr/bin/python3", "-c", writer("wb", `b"host\\n"`)], copy);
  execFileSync("git", ["apply", "-p1", patch], { cwd: machine.path("copy") });
  expect(await contents(machine, join(copy, "odd"))).toBe(edited);

  // The same command once more, on what it finds now: each result beside the other.
  await app.page.getByRole("main").getByRole("button", { name: "Run again" }).click();
  await app.ended();
  await app.page.getByRole("button", { name: "Compare the results" }).click();
  await expect(app.dialog).toContainText(`${NAMES.length} changes differ; 0 are the same`);
  const both = app.dialog.getByRole("region", { name: "Both results" });
  for (const [, shown] of NAMES) {
    await app.dialog.getByRole("option").filter({ hasText: shown }).click();
    await expect(both).toContainText(/by hand.*of the session: [0-9a-f]{8}/s);
  }
  await app.dialog.getByRole("button", { name: "Done" }).click();
  await app.page.getByRole("button", { name: "Go to the first" }).click();

  await app.openCommit();
  const notes = app.dialog.getByRole("region", { name: "Notes" });
  for (const [, shown] of NAMES) await expect(notes).toContainText(shown);
  await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
  await app.committed();
  expect(await contents(machine, odd)).toBe(edited);
  await app.goHistory();
  const main = app.page.getByRole("main");
  await main.getByRole("button", { name: `${NAMES.length} notes on changes` }).click();
  for (const [, shown] of NAMES)
    await expect(main.getByRole("region", { name: "Notes" })).toContainText(shown);
  await app.undo();
  expect(await contents(machine, odd)).toBe(before);
});
