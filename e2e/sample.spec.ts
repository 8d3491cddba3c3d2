// The way through the product: run the sample, look, decide, and change one's mind.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "./app.js";
import { expect, test } from "./test.js";

test("install, look closely, commit, undo", async ({ machine }) => {
  const base = machine.directory("home/place");
  const installer = join(machine.installation.root, "assets/sample/install.sh");
  const sample = machine.file(
    "sample/install.sh",
    `#!/bin/sh\n${installer} --base ${base}\nread line\n`,
    0o755,
  );
  const before = machine.describeHome();
  const app = await App.start(machine, [`--sample=${sample}`]);
  const host = app.host();

  await app.runSample();
  // The tree fills while the installer still runs.
  await expect(app.state).toHaveText(/^Running/);
  await expect(app.row("lantern", "Created folder").or(app.row("lantern", "folder")).first()).toBeVisible();
  await expect(app.changes).toContainText("still changing");
  await app.type("\n");
  await app.ended();
  await expect(app.terminal).toContainText("Lantern 1.4.2 is installed");
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(before);

  await app.show(".bashrc");
  await expect(app.detail).toContainText("Added by the Lantern installer");
  await expect(app.detail).toContainText("alias ll='ls -l'");

  await app.show("lantern-256.png");
  const image = app.detail.getByRole("img").first();
  await expect(image).toBeVisible();
  expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(256);

  await app.show("index.bin");
  await expect(app.detail).toContainText("4c 4e 54 4e");
  await app.view("Details");
  await expect(app.detail).toContainText("rw-r--r--");

  await app.filter.fill("manual");
  await expect(app.row("manual.html", "Created file")).toBeVisible();
  await expect(app.row(".bashrc")).toHaveCount(0);
  await app.filter.fill("");

  await app.commit();
  expect(readFileSync(join(machine.home, ".bashrc"), "utf8")).toContain("LANTERN_HOME");
  const ran = await machine.run([join(base, "bin", "lantern"), "--version"]);
  expect(ran.stdout).toBe("lantern 1.4.2\n");
  await app.hostIs(host);

  await app.goHistory();
  await app.undo();
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(before);
  expect(existsSync(join(base, "lantern"))).toBe(false);
  await app.close();
});

test("abort throws everything away", async ({ machine, app }) => {
  const before = machine.describeHome();
  const host = app.host();
  const script = machine.file("program.sh", "#!/bin/sh\nrm ~/.bashrc\necho new >~/new.txt\n", 0o755);
  await app.run(script);
  await app.ended();
  await expect(app.row(".bashrc", "Deleted file")).toBeVisible();
  await expect(app.row("new.txt", "Created file")).toBeVisible();
  await app.abort();
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(before);
  expect(await machine.sessionStates()).toEqual(["aborted"]);
});

test("what is typed reaches the program, and Stop ends it", async ({ machine, app }) => {
  await app.run("/bin/bash --norc");
  await expect(app.state).toHaveText(/^Running/);
  await app.type("echo typed-by-hand >typed.txt; tty; stty size\n");
  await expect(app.terminal).toContainText("/dev/pts/");
  await expect(app.row("typed.txt", "Created file")).toBeVisible();
  await app.show("typed.txt");
  await expect(app.detail).toContainText("typed-by-hand");
  await app.stop();
  expect(existsSync(join(machine.home, "typed.txt"))).toBe(false);
  expect(await machine.sessionStates()).toEqual(["finished"]);
});

test("what a hint and a filter show is left out of the commit, and the host's stays as it was", async ({
  machine,
  app,
}) => {
  const bashrc = readFileSync(join(machine.home, ".bashrc"), "utf8");
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\ncd; echo evil >>.bashrc; echo wanted >wanted.txt; for n in 1 2 3; do echo $n >$n.log; done\n",
    0o755,
  );
  await app.run(script);
  await app.ended();
  const leaveShownOut = app.changes.getByRole("button", { name: "Leave these out" });
  await app.needsLook.getByRole("button", { name: "Shell start-up 1" }).click();
  await leaveShownOut.click();
  await expect(app.row(".bashrc")).toHaveAttribute("aria-checked", "false");
  await app.needsLook.getByRole("button", { name: "Show all changes again" }).click();
  await app.filter.fill(".log");
  await leaveShownOut.click();
  // A filter that nothing fits is left by its one button.
  await app.filter.fill("no such name");
  await app.changes.getByRole("button", { name: "Show all changes", exact: true }).click();
  await expect(app.row("wanted.txt")).toHaveAttribute("aria-checked", "true");
  await expect(app.changes).toContainText("Commit 1 of 5");
  await app.commit();
  expect(readFileSync(join(machine.home, "wanted.txt"), "utf8")).toBe("wanted\n");
  expect(readFileSync(join(machine.home, ".bashrc"), "utf8")).toBe(bashrc);
  expect(existsSync(join(machine.home, "1.log"))).toBe(false);
});
