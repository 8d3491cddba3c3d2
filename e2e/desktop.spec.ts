// The app from where people are: files that are opened in it, sessions of the command line, the switch in Settings.
import { existsSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "./test.js";

test("a file that is opened in Alcatraz waits in the form of the window that is there", async ({
  machine,
  app,
}) => {
  await expect(app.command).toBeVisible();
  await app.goHistory();
  const file = machine.file("home/my downloads/try me.sh", "echo tried >~/tried.txt\n");
  app.openFromOutside(file);
  await expect(app.command).toHaveValue(`bash '${file}'`);
  await app.runForm();
  await app.ended();
  await expect(app.row("tried.txt", "Created file")).toBeVisible();
  // One that is dropped on the window runs at once, in its own folder; not while a question is open.
  // As a browser leaves it: nobody has marked it as a program.
  const dropped = machine.file("home/my downloads/drop me", "#!/bin/sh\necho dropped >here.txt\n", 0o644);
  await app.page.keyboard.press("?");
  await expect(app.dialog).toBeVisible();
  await app.dropFile(dropped);
  await app.page.keyboard.press("Escape");
  await expect(app.dialog).toBeHidden();
  await app.dropFile(dropped);
  await expect(app.title).toHaveText("drop me");
  await app.ended();
  await expect(app.row("here.txt", "Created file")).toBeVisible();
  expect(existsSync(machine.path("home/my downloads/here.txt"))).toBe(false);
  expect(statSync(dropped).mode & 0o777).toBe(0o644);
  expect(await machine.sessionStates()).toEqual(["finished", "finished"]);
});

test("a document is opened by its application, in a session; a folder is where to run; what nothing opens is asked about", async ({
  machine,
  app,
}) => {
  const reader = machine.file(
    "home/reader.sh",
    `wc -c <"$1" >~/read.txt; echo "\${DISPLAY:-none}" >~/shown.txt\n`,
  );
  machine.file(
    "home/.local/share/applications/reader.desktop",
    `[Desktop Entry]\nType=Application\nName=Reader\nExec=sh ${reader} %f\nMimeType=application/pdf;\n`,
  );
  const paper = machine.file("home/my downloads/paper.pdf", "%PDF-1.4\n");
  const odd = machine.file("home/my downloads/thing.unknown", "?");
  const main = app.page.getByRole("main");
  await expect(app.command).toBeVisible();
  await app.dropFile(odd);
  await expect(main).toContainText("This desktop has nothing that opens thing.unknown");
  await expect(app.command).toHaveValue(` '${odd}'`);
  // The cursor stands where the program goes.
  await app.page.keyboard.type("cat");
  await expect(app.command).toHaveValue(`cat '${odd}'`);
  await app.dropFile(paper, odd);
  await expect(main).toContainText("2 files at once");
  // Nobody is told by a package manager's last words alone that it is root's.
  await app.dropFile(machine.file("home/tool.deb", "?"));
  await expect(main).toContainText("Only root can install tool.deb");
  await app.dropFile(machine.path("home/my downloads"));
  await expect(app.page.getByLabel("Folder to run it in")).toContainText("my downloads");
  expect(await machine.sessionStates()).toEqual([]);
  await app.dropFile(paper);
  await app.ended();
  await app.show("read.txt");
  await expect(app.detail).toContainText("9");
  // In a window of the session's own, not on the desktop.
  await app.show("shown.txt");
  await expect(app.detail).toContainText(/:\d+/);
  const { DISPLAY = "" } = machine.environment();
  await expect(app.detail.getByText(DISPLAY, { exact: true })).toBeHidden();
  expect(existsSync(machine.path("home/read.txt"))).toBe(false);
});

test("a session of the command line shows up while the window is open", async ({ machine, app }) => {
  await expect(app.command).toBeVisible();
  await machine.alcatraz(
    "run",
    "--keep",
    "--name",
    "from-a-terminal",
    "--",
    "sh",
    "-c",
    "echo x >~/made.txt",
  );
  await app.openSession("from-a-terminal");
  await expect(app.row("made.txt", "Created file")).toBeVisible();
  await machine.alcatraz("abort", "from-a-terminal");
  await expect(app.state).toHaveText(/^Aborted/);
});

test("Settings: Open in Alcatraz is switched on and off, and nothing is left", async ({ machine, app }) => {
  const before = machine.describeHome();
  const entry = machine.path("home/.local/share/applications/alcatraz-open.desktop");
  const list = machine.path("home/.config/mimeapps.list");
  await app.page.keyboard.press("Control+,");
  const choice = app.dialog.getByRole("switch", { name: /^Open programs, scripts, packages/ });
  await expect(choice).not.toBeChecked();
  await choice.click();
  await expect(choice).toBeChecked();
  await expect.poll(() => existsSync(list) && readFileSync(list, "utf8")).toContain("alcatraz-open.desktop");
  expect(readFileSync(entry, "utf8")).toContain(`${machine.installation.root} --open=%f`);
  await choice.click();
  await expect.poll(() => existsSync(entry)).toBe(false);
  expect(existsSync(list)).toBe(false);
  // Directories that every desktop has may stay.
  const {
    "./.config": _config,
    "./.local/share/applications": _applications,
    ...after
  } = machine.describeHome();
  expect(after).toEqual(before);
});
