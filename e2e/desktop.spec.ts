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
  await app.page.getByRole("button", { name: "Run", exact: true }).click();
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
  const choice = app.dialog.getByRole("switch", { name: /^Open programs, scripts and packages/ });
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
