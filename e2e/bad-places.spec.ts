// Machines that are in the way: a full disk, a read-only file system, a helper that may open no more files, a session
// that nobody knows. The app says what is wrong, and when it is mended all that was there is there.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { refusedCommit } from "./scenes.js";
import { expect, test } from "./test.js";

test("a feed that fails says so, is not committed from, and starts over", async ({ machine, app }) => {
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\necho one >~/one.txt\nread line\nmkdir ~/made\necho two >~/made/two.txt\nread line\n",
    0o755,
  );
  await app.run(script);
  await expect(app.row("one.txt", "Created file")).toBeVisible();
  const helper = app.helper();
  const usual = await machine.limitFiles(helper, 8);
  await app.type("go on\n");
  const alert = app.changes.getByRole("alert");
  await expect(alert).toContainText("Too many open files");
  const commit = app.changes.getByRole("button", { name: /^Commit/ });
  await expect(commit).toBeDisabled();
  // Not in the terminal, where the keys are the program's.
  await app.title.click();
  await app.page.keyboard.press("Control+Enter");
  await expect(app.dialog).toBeHidden();
  await machine.limitFiles(helper, usual);
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(app.row("two.txt", "Created file")).toBeVisible();
  await expect(commit).toBeEnabled();
  await app.stop();
  await app.abort();
});

test("a session that nobody knows is told with a code, and the window goes on", async ({ app }) => {
  const answers = await app.page.evaluate(async () => {
    const session = "no-such-session";
    return Promise.all([
      window.see.stop(session),
      window.see.abort(session),
      window.see.watchChanges(session),
      window.see.describe({ session, path: "/etc/passwd" }),
      window.see.check({ session }, 1),
      window.see.commit({ session }, 2),
    ]);
  });
  for (const answer of answers)
    expect(answer).toMatchObject({ ok: false, error: { code: "no-such-session" } });
  await app.run("/bin/true");
  await app.ended();
});

// Mounting is root's: for an ordinary user who runs the tests, the command line's own tests show the same places.
if (process.geteuid?.() === 0) {
  test("a store where no layers can lie: the app says why, and goes on when it is mended", async ({
    machine,
    app,
  }) => {
    machine.mount(machine.store, "16m", "ramfs");
    await app.page.evaluate(() => window.see.restartHelper());
    const alert = app.page.getByRole("alert");
    await expect(alert).toContainText("The store cannot be used");
    await expect(alert).toContainText(machine.store);
    await expect(alert).toContainText("ext4");
    machine.unmount(machine.store);
    await alert.getByRole("button", { name: "Restart the helper" }).click();
    await expect(alert).toHaveCount(0);
    await app.run("/bin/true");
    await app.ended();
  });

  test("a store on a full disk: nothing is run, and with room again it is", async ({ machine, app }) => {
    machine.mount(machine.store, "16m");
    const fill = join(machine.store, "fill");
    // The helper of this app opened the store that was there before.
    await app.page.evaluate(() => window.see.restartHelper());
    await expect(app.command).toBeVisible();
    // While it restarts, the list of sessions says so.
    await expect(app.page.getByRole("alert")).toHaveCount(0);
    await machine.fill(fill);
    await app.command.fill("/bin/true");
    const run = app.page.getByRole("button", { name: "Run", exact: true });
    await run.click();
    await expect(app.page.getByRole("alert")).toContainText("The disk is full");
    rmSync(fill);
    await run.click();
    await app.ended();
    await app.goHome();
  });

  test("a program that fills the disk is told so, and its session can be thrown away", async ({
    machine,
    app,
  }) => {
    const disk = machine.mount(machine.path("home/disk"), "24m");
    const script = machine.file(
      "program.sh",
      "#!/bin/sh\nhead -c 64M /dev/zero >~/disk/big\necho status $?\n",
      0o755,
    );
    // Without the floor that would hold it first: what then happens is the program's own business.
    const command = [script];
    const run = await app.page.evaluate(
      (words) => window.see.run({ command: words, name: "filler", policy: { floor: 0 } }, "own"),
      command,
    );
    expect(run).toMatchObject({ ok: true });
    await app.openSession("filler");
    await app.ended();
    await expect(app.terminal).toContainText("No space left on device");
    await expect(app.row("big", "Created file")).toBeVisible();
    await app.abort();
    expect(existsSync(join(disk, "big"))).toBe(false);
    // There is room again, once nobody reads any more what was thrown away.
    const fill = ["sh", "-c", 'head -c 20M /dev/zero >"$1"', "sh", join(disk, "own")];
    await expect.poll(async () => (await machine.run(fill)).status).toBe(0);
  });

  test("a read-only target: the commit is refused, nothing is lost, and it works when mended", async ({
    machine,
    app,
  }) => {
    const disk = await refusedCommit(app, machine);
    expect(existsSync(join(machine.home, "other.txt"))).toBe(false);
    machine.remount(disk, "rw");
    await app.dialog.getByRole("button", { name: "Try again" }).click();
    await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
    await app.committed();
    expect(readFileSync(join(disk, "new.txt"), "utf8")).toBe("new\n");
    expect(readFileSync(join(machine.home, "other.txt"), "utf8")).toBe("other\n");
  });
}
