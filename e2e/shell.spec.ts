// The app around the page: what it remembers, who may start it, what it does when a piece is missing.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import type { Machine } from "./harness/machine.js";
import { App } from "./app.js";
import { expect, test } from "./test.js";

interface Finished {
  status: number | null;
  stderr: string;
}

/** Starts the app as a person would from a terminal, and waits until it has ended by itself. */
async function startAndEnd(machine: Machine, args: string[]): Promise<Finished> {
  const { account, installation } = machine;
  const child = spawn(installation.launcher(account), [...args, installation.root], {
    cwd: machine.home,
    env: machine.environment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, stderr };
}

test("settings and the window's size outlive the app", async ({ machine, app }) => {
  await expect(app.command).toBeVisible();
  const saved = await app.page.evaluate(() =>
    window.see.saveSettings({
      theme: "dark",
      panes: { changes: 321 },
      sidebar: true,
      recent: [{ line: "true", cwd: null }],
      profiles: [],
      notify: true,
      notifyWarnings: true,
      wrapLines: false,
      viewer: "",
      comparer: "",
      editor: "",
      cleared: [],
    }),
  );
  expect(saved).toEqual({ ok: true, value: null });
  await app.close();
  machine.file("app-data/window.json", JSON.stringify({ width: 1000, height: 640, maximized: false }));

  const again = await app.startAgain();
  await expect(again.command).toBeVisible();
  const settings = await again.page.evaluate(() => window.see.settings());
  expect(settings).toMatchObject({
    ok: true,
    value: { theme: "dark", panes: { changes: 321 }, sidebar: true },
  });
  expect(await again.page.evaluate(() => [window.outerWidth, window.outerHeight])).toEqual([1000, 640]);
  await again.close();
});

test("panes keep their sizes over a restart", async ({ app }) => {
  await app.run("true");
  await app.ended();
  const sizes = async (of: typeof app): Promise<(string | null)[]> => [
    await of.border("Width of the list of changes").getAttribute("aria-valuenow"),
    await of.border("Height of the terminal").getAttribute("aria-valuenow"),
  ];
  const before = await sizes(app);
  await app.border("Width of the list of changes").press("ArrowLeft");
  await app.border("Height of the terminal").press("ArrowDown");
  const after = await sizes(app);
  expect(after.map((size, at) => Number(before[at]) - Number(size))).toEqual([16, 16]);
  await app.close();

  const again = await app.startAgain();
  // What changed nothing is not to be decided now either.
  const done = again.navigation.getByRole("region", { name: "Done" });
  await expect(done.getByRole("button", { name: "true, changed nothing" })).toBeVisible();
  await again.openSession("true");
  expect(await sizes(again)).toEqual(after);
  await again.close();
});

test("what is chosen right before the window closes is not lost", async ({ machine, app }) => {
  await app.page.keyboard.press("Control+,");
  await app.dialog.getByRole("radio", { name: "Dark" }).click();
  await app.close();
  const read = (name: string): unknown => JSON.parse(readFileSync(machine.path(`app-data/${name}`), "utf8"));
  expect(read("settings.json")).toMatchObject({ theme: "dark" });
  expect(read("window.json")).toMatchObject({ maximized: false });
});

test("damaged files of its own are kept aside and do not stop it", async ({ machine }) => {
  machine.file("app-data/settings.json", '{"theme":');
  machine.file("app-data/window.json", '{"width":-5}');
  const app = await App.start(machine);
  await expect(app.command).toBeVisible();
  expect(await app.page.evaluate(() => window.see.settings())).toMatchObject({
    ok: true,
    value: { theme: "system" },
  });
  expect(readFileSync(machine.path("app-data/settings.json.bad"), "utf8")).toBe('{"theme":');
  await app.close();
});

test("a second start hands over to the first", async ({ machine, app, account }) => {
  await expect(app.command).toBeVisible();
  const second = await startAndEnd(machine, account.uid === 0 ? ["--no-sandbox"] : []);
  expect(second.status).toBe(0);
  expect(second.stderr).toContain("runs already");
  await expect(app.command).toBeVisible();
});

test("nobody but root may switch Chromium's sandbox off", async ({ machine, app, account }) => {
  await expect(app.command).toBeVisible();
  const ended = await startAndEnd(machine, ["--no-sandbox"]);
  expect(ended.status).toBe(account.uid === 0 ? 0 : 1);
  expect(ended.stderr).toContain(account.uid === 0 ? "running as root" : "--no-sandbox is for root only");
});

test("without its helper the app says what is missing and how to mend it", async ({ machine }) => {
  const app = await App.start(machine, [], { ALCATRAZ_HELPER: "/nonexistent/alcatraz" });
  const alert = app.page.getByRole("alert").filter({ hasText: "helper" }).first();
  await expect(alert).toContainText("/nonexistent/alcatraz");
  await app.close();
});

test("a helper that is no program is told, and can be started when it was mended", async ({ machine }) => {
  const fake = machine.file("fake-helper", "not a program\n", 0o755);
  const app = await App.start(machine, [], { ALCATRAZ_HELPER: fake });
  const alert = app.page.getByRole("alert").filter({ hasText: "ended with status" }).first();
  await expect(alert).toBeVisible();
  rmSync(fake);
  machine.file("fake-helper", `#!/bin/sh\nexec ${machine.installation.helper} "$@"\n`, 0o755);
  await expect
    .poll(async () => {
      const restarted = await app.page.evaluate(async () => {
        await window.see.restartHelper();
        return window.see.helperStatus();
      });
      return restarted.ok && restarted.value.state;
    })
    .toBe("ready");
  await expect(alert).toBeHidden();
  await app.close();
});

test("the page's process may crash: it is loaded again", async ({ app }) => {
  await expect(app.command).toBeVisible();
  const renderer = (): number | undefined =>
    app.processes().find(({ command }) => command.includes("--type=renderer"))?.pid;
  const first = app.process(/--type=renderer/);
  process.kill(first, "SIGKILL");
  // Playwright gives a crashed page up for good, so it is the kernel that is asked.
  await expect.poll(() => app.output()).toContain("the page's process ended");
  await expect.poll(() => [undefined, first].includes(renderer())).toBe(false);
});

test("a session that was decided elsewhere is asked about no more", async ({ machine, app }) => {
  await app.run(machine.file("tiny.sh", "#!/bin/sh\necho 1 >~/one.txt\necho 2 >~/two.txt\n", 0o755));
  await app.ended();
  await app.openCommit();
  await expect(app.dialog.getByRole("button", { name: "Commit 2 changes" })).toBeEnabled();
  const { sessions } = JSON.parse(await machine.alcatraz("list", "--json")) as { sessions: { id: string }[] };
  await machine.alcatraz("abort", sessions[0]!.id);
  await expect(app.dialog).toHaveCount(0);
  await expect(app.page.getByRole("main")).toContainText(
    "Everything that the program changed was thrown away",
  );
});

test("what changed nothing, and what did not start, leaves nothing to decide", async ({ machine, app }) => {
  await app.run("true");
  await app.ended();
  await expect(app.changes).toContainText("Nothing was changed");
  await expect(app.page.getByRole("main")).toContainText("There is no change to look at");
  // Also while nobody has pressed the button, it is among what is done.
  const over = app.navigation.getByRole("region", { name: "Done" });
  await expect(over.getByRole("button", { name: "true, changed nothing" })).toBeVisible();
  await app.changes.getByRole("button", { name: "Done" }).click();
  await expect(app.command).toBeFocused();
  await expect(app.navigation.getByRole("region", { name: "To decide" })).toHaveCount(0);

  // Who failed has said why.
  await app.run("sh -c 'echo not today; exit 4'");
  await app.ended();
  await expect(app.changes).toContainText(
    "The program ended with status 4: its terminal has its last words.",
  );
  await app.changes.getByRole("button", { name: "Done" }).click();

  await app.command.fill(machine.path("nowhere.sh"));
  await app.page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(app.page.getByRole("alert")).toContainText("nowhere.sh");
  await app.openSession("nowhere.sh");
  await expect(app.page.getByRole("main")).toContainText("It did not start");
  await app.page.getByRole("button", { name: "Change the command" }).click();
  await expect(app.command).toHaveValue(machine.path("nowhere.sh"));
  const done = app.navigation.getByRole("region", { name: "Done" });
  await expect(done).toContainText("nowhere.sh");
  await done.getByRole("button", { name: "Clear" }).click();
  await expect(done).toHaveCount(0);
});
