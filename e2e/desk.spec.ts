// The review desk beside looking: notes, an edit, other programs, export, ignore patterns, a virus scanner, and a commit that
// is taken back by one click.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "./app.js";
import type { Machine } from "./harness/machine.js";
import { expect, test } from "./test.js";

/** A program of the desktop that writes down what it was given. */
function recorder(machine: Machine, id: string, types = ""): string {
  const told = machine.path(`told-${id}`);
  const program = machine.file(
    `${id}.sh`,
    `#!/bin/sh\nfor file; do stat -c '%a %n' "$file"; cat "$file"; done >"${told}.new"; mv "${told}.new" "${told}"\n`,
    0o755,
  );
  machine.file(
    `home/.local/share/applications/${id}.desktop`,
    `[Desktop Entry]\nType=Application\nName=${id}\nExec=${program} %F\n${types}\n`,
  );
  return told;
}

/** What such a program wrote down, once it has. */
async function toldBy(file: string): Promise<string> {
  await expect.poll(() => existsSync(file), { timeout: 30_000 }).toBe(true);
  const text = readFileSync(file, "utf8");
  rmSync(file);
  return text;
}

test("files go to programs of the desktop as read-only copies, never as what a desktop runs", async ({
  machine,
}) => {
  const viewer = recorder(machine, "recorder");
  const differ = recorder(machine, "meld");
  machine.file("home/notes.txt", "before\n");
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\ncd; echo after >notes.txt; printf '[Desktop Entry]\\nExec=x\\n' >run.desktop; cp /bin/true tool; chmod 755 run.desktop\n",
    0o755,
  );
  const editor = machine.file("editor.sh", '#!/bin/sh\nsed -i s/after/edited/ "$1"; : >"$0.done"\n', 0o755);
  machine.file(
    "home/.local/share/applications/editor.desktop",
    `[Desktop Entry]\nType=Application\nName=editor\nExec=${editor} %F\n`,
  );
  // What is installed is known when the app starts.
  const app = await App.start(machine);
  await app.run(script);
  await app.ended();
  await app.page.keyboard.press("Control+,");
  await app.dialog.getByRole("combobox", { name: "Open files in" }).selectOption("recorder");
  await app.dialog.getByRole("combobox", { name: "Edit texts in" }).selectOption("editor");
  await app.dialog.getByRole("button", { name: "Done" }).click();

  await app.show("notes.txt");
  await app.changeMenu("Open in a viewer");
  expect(await toldBy(viewer)).toMatch(/^400 .*\/after-\w+\/notes\.txt\nafter\n$/);
  await app.changeMenu("Open the version before");
  expect(await toldBy(viewer)).toMatch(/^400 .*\/before-\w+\/notes\.txt\nbefore\n$/);
  await app.changeMenu("Compare in another program");
  expect(await toldBy(differ)).toMatch(/before\n400 .*\nafter\n$/);

  await app.changeMenu("Edit…");
  await app.dialog.getByRole("button", { name: "Open in your editor" }).click();
  await expect.poll(() => existsSync(`${editor}.done`), { timeout: 30_000 }).toBe(true);
  // The copy outlives the dialog, and nothing that was typed is replaced without a question.
  await app.dialog.getByRole("button", { name: "Cancel" }).click();
  await app.changeMenu("Edit…");
  const text = app.dialog.getByRole("textbox", { name: "Content of the file" });
  await text.fill("typed\n");
  await app.dialog.getByRole("button", { name: "Take what it saved" }).click();
  await expect(app.dialog).toContainText("You have typed here since.");
  await expect(text).toHaveValue("typed\n");
  await app.dialog.getByRole("button", { name: "Replace what you typed" }).click();
  await expect(text).toHaveValue("edited\n");
  await app.dialog.getByRole("button", { name: "Save in the session" }).click();
  await expect(app.dialog).toBeHidden();
  await expect(app.detail).toContainText("edited");

  await app.show("run.desktop");
  await app.changeMenu("Open in a viewer");
  const opened = await toldBy(viewer);
  expect(opened).toMatch(/^400 .*\/run\.desktop\.txt\n/);
  await app.show("tool");
  await app.changeMenu("Open in a viewer");
  await expect(app.dialog).toContainText("Files of this kind are not opened");
  await app.dialog.getByRole("button", { name: "Close" }).last().click();

  // A viewer that fails says so.
  machine.file("recorder.sh", "#!/bin/sh\nexit 4\n", 0o755);
  await app.show("notes.txt");
  await app.changeMenu("Open in a viewer");
  await expect(app.dialog).toContainText("It was not opened");
  await expect(app.dialog).toContainText("status 4");
  await app.dialog.getByRole("button", { name: "Close" }).last().click();
  const copies = machine.path("app-data/opened");
  expect(statSync(copies).mode & 0o777).toBe(0o700);
  await app.close();
  expect(existsSync(copies)).toBe(false);
});

test("a file is edited, noted on and committed; the note is in History", async ({ machine, app }) => {
  machine.file("home/settings.conf", "host\r\n");
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\ncd; printf 'a\\r\\nb\\r\\n' >settings.conf; echo x >x.log\n",
    0o755,
  );
  await app.run(script);
  await app.ended();
  await app.show("settings.conf");
  await app.changeMenu("Note…");
  await app.dialog.getByRole("textbox", { name: "What to remember" }).fill("Only the port <b>matters</b>.");
  await app.dialog.getByRole("button", { name: "Keep the note" }).click();
  await expect(app.detail.getByRole("note", { name: "Note" })).toHaveText("Only the port <b>matters</b>.");
  await app.sessionMenu("Note on the session…");
  await app.dialog.getByRole("textbox", { name: "What to remember" }).fill("A trial.");
  // What was typed is not lost by a slip.
  await app.page.keyboard.press("Escape");
  await expect(app.dialog).toContainText("What you typed here is not kept yet.");
  await app.dialog.getByRole("button", { name: "Keep the note" }).click();

  await app.changeMenu("Edit…");
  const text = app.dialog.getByRole("textbox", { name: "Content of the file" });
  await expect(text).toHaveValue("a\nb\n");
  await text.fill("a\nedited\n");
  await app.dialog.getByRole("button", { name: "Save in the session" }).click();
  await expect(app.dialog).toBeHidden();
  await expect(app.detail).toContainText("edited");
  expect(readFileSync(join(machine.home, "settings.conf"), "utf8")).toBe("host\r\n");

  await app.show("x.log");
  await app.detail.getByRole("button", { name: "Always leave out files like this…" }).click();
  await app.dialog.getByRole("textbox", { name: "Pattern" }).fill("*.log");
  await app.dialog.getByRole("button", { name: "Leave out from now on" }).click();
  await expect(app.dialog).toBeHidden();

  await app.openCommit();
  await expect(app.dialog.getByRole("region", { name: "Notes" })).toContainText("A trial.");
  await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
  await app.committed();
  expect(readFileSync(join(machine.home, "settings.conf"), "utf8")).toBe("a\r\nedited\r\n");
  expect(existsSync(join(machine.home, "x.log"))).toBe(false);
  await app.goHistory();
  const main = app.page.getByRole("main");
  await expect(main).toContainText("A trial.");
  await main.getByRole("button", { name: "1 note on a change" }).click();
  await expect(main.getByRole("region", { name: "Notes" })).toContainText("Only the port <b>matters</b>.");
});

test("changes are taken along as an archive and as a patch that applies", async ({ machine, app }) => {
  machine.file("home/old", "one\ntwo\n");
  const script = machine.file("program.sh", "#!/bin/sh\ncd; echo three >>old; echo new >new\n", 0o755);
  await app.run(script);
  await app.ended();
  const tar = machine.path("out.tar");
  await app.saveTo(tar);
  await app.sessionMenu("Export as tar…");
  await expect(app.dialog).toContainText(tar);
  await app.dialog.getByRole("button", { name: "Close" }).last().click();
  const names = execFileSync("tar", ["-tf", tar], { encoding: "utf8" });
  expect(names).toContain(join(machine.home, "new").slice(1));
  const patch = machine.path("out.patch");
  await app.saveTo(patch);
  await app.sessionMenu("Export as patch…");
  await expect(app.dialog).toContainText(patch);
  const copy = machine.path("copy");
  machine.directory(join("copy", machine.home.slice(1)));
  writeFileSync(join(copy, machine.home, "old"), "one\ntwo\n");
  execFileSync("git", ["apply", "--directory", "", "-p1", patch], { cwd: copy });
  expect(readFileSync(join(copy, machine.home, "old"), "utf8")).toBe("one\ntwo\nthree\n");
  expect(readFileSync(join(copy, machine.home, "new"), "utf8")).toBe("new\n");
});

test("ClamAV flags what it knows", async ({ machine, app }) => {
  const canary = `alcatraz-canary-${process.pid}`;
  const signature = `/var/lib/clamav/alcatraz-e2e-${process.pid}.ndb`;
  writeFileSync(signature, `Alcatraz.Canary:0:*:${Buffer.from(canary).toString("hex")}\n`);
  try {
    const script = machine.file(
      "program.sh",
      `#!/bin/sh\ncd; echo '${canary}' >evil.txt; echo fine >fine.txt\n`,
      0o755,
    );
    await app.run(script);
    await app.ended();
    await app.sessionMenu("Look for viruses (ClamAV)");
    const bar = app.changes.getByRole("region", { name: "ClamAV" });
    await expect(bar).toContainText("ClamAV found something in 1 of 2 files:", { timeout: 60_000 });
    await bar.getByRole("button", { name: /evil\.txt/ }).click();
    await expect(app.detail).toContainText("ClamAV takes it for Alcatraz.Canary");
    await expect(app.row("evil.txt")).toHaveAccessibleName(/ClamAV takes it for/);
    await expect(app.row("fine.txt")).not.toHaveAccessibleName(/ClamAV/);
  } finally {
    rmSync(signature);
  }
});

test("a shell looks at the machine and at the session side by side, and ends with its pane", async ({
  machine,
  app,
}) => {
  machine.file("home/file", "of-the-host\n");
  await app.run(machine.file("program.sh", "#!/bin/sh\ncd; echo of-the-session >file; read line\n", 0o755));
  await expect(app.terminal).toContainText("Shift-Tab twice leaves it.");
  // In full for who hears the page: of the pane, and where one types.
  for (const told of [app.terminal, app.terminal.getByRole("textbox")])
    await expect(told).toHaveAccessibleDescription(/^What you type goes to the program\./);
  await app.lower("Look around");
  await expect(app.inspection).toContainText("When the session has ended");
  await app.stop();
  // The shell has begun when it prints what only a shell can.
  await expect(app.inspection).toContainText("the session below /session");
  await expect(app.inspection).toHaveAccessibleDescription(/^This machine is below \/host/);
  await app.inspection.getByRole("textbox", { name: "Output of the shell" }).focus();
  const file = join(machine.home, "file");
  await app.page.keyboard.type(`cat /host${file} /session${file}; echo x >/session${file}; exit\n`);
  await expect(app.inspection).toContainText("of-the-host");
  await expect(app.inspection).toContainText("of-the-session");
  await expect(app.inspection).toContainText("Read-only file system");
  await expect(app.inspection).toContainText("The shell has ended.");
  expect(readFileSync(file, "utf8")).toBe("of-the-host\n");
  // Another one ends with its pane, whatever runs in it.
  await app.inspection.getByRole("button", { name: "Open another one" }).click();
  await expect(app.inspection).toContainText("See /host and /session.");
  await expect(app.inspection).toContainText("the session below /session");
  const shell = app.inspection.getByRole("textbox", { name: "Output of the shell" });
  await expect(shell).toHaveAccessibleDescription(/^This machine is below \/host/);
  await shell.focus();
  const program = `sleep 9${process.pid}`;
  await app.page.keyboard.type(`exec ${program}\n`);
  const found = (): number | undefined => app.processes().find(({ command }) => command === program)?.pid;
  await expect.poll(found, { timeout: 30_000 }).toBeDefined();
  const pid = found();
  await app.goHome();
  await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 30_000 }).toBe(false);
});

test("the icon in the panel takes the last commit back, and asks where the machine has changed", async ({
  machine,
  app,
}) => {
  machine.file("home/file", "host\n");
  const script = machine.file("program.sh", "#!/bin/sh\ncd; echo session >file\n", 0o755);
  const file = join(machine.home, "file");
  await app.watchMenus();
  for (const changed of [false, true]) {
    await app.goHome();
    await app.run(script);
    await app.ended();
    await app.commit();
    if (changed) machine.file("home/file", "later\n");
    await app.chooseInPanel("Take back the last commit");
    if (!changed) await expect.poll(() => readFileSync(file, "utf8")).toBe("host\n");
  }
  await expect(app.dialog).toBeVisible();
  await app.dialog.getByRole("button", { name: /^Undo/ }).click();
  await expect(app.conflict("file")).toBeVisible();
  expect(readFileSync(file, "utf8")).toBe("later\n");
});
