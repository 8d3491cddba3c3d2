// What a session may see and use, chosen on Home: hidden places, disk space with a frozen session, profiles.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "./test.js";

test("a hidden place is empty for the program", async ({ machine, app }) => {
  machine.directory("home/private");
  machine.file("home/private/diary.txt", "dear diary\n");
  await app.moreOptions();
  await app.option("Hidden").fill("private");
  await expect(app.options).toContainText("begins with / or ~/");
  await app.option("Hidden").fill("~/private");
  await app.run("sh -c 'cat private/diary.txt; ls -A private | wc -l; read line'");
  await expect(app.terminal).toContainText("No such file");
  await app.stop();
});

test("a session that fills the disk is frozen, goes on with as much again, and is thrown away", async ({
  machine,
  app,
}) => {
  await app.moreOptions();
  await app.option("Disk space").fill("much");
  await expect(app.options).toContainText("A size is a number and a unit");
  await app.option("Disk space").fill("20 MB");
  await app.run("sh -c 'while :; do head -c 500000 /dev/zero >>fill; done'");
  const bar = app.page.getByRole("alert").filter({ hasText: "Frozen." });
  await expect(bar).toContainText("it was given 20 MB", { timeout: 30_000 });
  await expect(app.state).toHaveText(/^Frozen/);
  // One place asks: the terminal keeps still.
  await expect(app.terminal).not.toContainText("frozen");
  await bar.getByRole("button", { name: "Go on with as much again" }).click();
  await expect(bar).toContainText(/it was given (?!20\sMB)\d+\sMB/, { timeout: 30_000 });
  await bar.getByRole("textbox", { name: "Most it may hold" }).fill("1 MB");
  await bar.getByRole("button", { name: "Go on with this" }).click();
  await expect(bar).toContainText("That is not enough room");
  await bar.getByRole("textbox", { name: "Most it may hold" }).fill("77 MB");
  await bar.getByRole("button", { name: "Go on with this" }).click();
  await expect(bar).toContainText("it was given 77 MB", { timeout: 30_000 });
  await app.changes.getByRole("button", { name: "Abort…" }).click();
  await app.dialog.getByRole("button", { name: "Throw away", exact: true }).click();
  await expect(app.state).toHaveText(/^Aborted/, { timeout: 30_000 });
  expect(existsSync(join(machine.home, "fill"))).toBe(false);
});

test("a session that nears its limit of memory gets more, and one that ran out says so and runs again with more", async ({
  machine,
  app,
}) => {
  machine.file(
    "home/hog.py",
    'x = b"x" * (51 << 20); input(); y = b"x" * (60 << 20); print("had it", flush=True); input(); z = b"x" * (400 << 20)\n',
  );
  await app.moreOptions();
  await app.option("Memory").fill("67.2 MB");
  if (machine.account.mode === "user") {
    // Without control groups of its own no session is held to it, and nobody counts.
    await app.command.fill("python3 hog.py");
    await app.page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(app.page.getByRole("button", { name: "Run without the limit of memory" })).toBeVisible();
    return;
  }
  await app.run("python3 hog.py");
  const bar = app.page.getByRole("status").filter({ hasText: "limit." });
  await expect(bar).toContainText("Nearly at a limit. Its programs use most of the memory", {
    timeout: 30_000,
  });
  await bar.getByRole("button", { name: "Allow as much again" }).click();
  await expect(bar).toBeHidden();
  await app.type("\n");
  await expect(app.terminal).toContainText("had it");
  await expect(bar).toContainText("134 MB", { timeout: 30_000 });
  await app.type("\n");
  await expect(app.state).toHaveText("Ran out of the memory it was allowed", { timeout: 30_000 });
  await expect(bar).toContainText(
    "It ran out of the memory it was allowed, 134 MB, and a program of it was ended.",
  );
  await bar.getByRole("button", { name: "Run again with twice as much" }).click();
  await expect(app.state).toHaveText(/^Running/);
  await app.stop();
  const { sessions } = JSON.parse(await machine.alcatraz("list", "--json")) as {
    sessions: { policy: { memory?: number } }[];
  };
  expect(sessions.map(({ policy }) => policy.memory ?? 0).toSorted((a, b) => a - b)).toEqual([
    134_400_000, 268_800_000,
  ]);
});

test("what matters most comes first, and the rest is folded until it is chosen", async ({ app }) => {
  await app.page.getByRole("button", { name: "More options" }).click();
  await expect(app.option("Profile")).toBeVisible();
  await expect(app.option("Disk space")).toBeHidden();
  await app.option("Profile").selectOption("Document");
  const limits = app.options.locator("details").filter({ hasText: "Limits" });
  await expect(limits.locator("summary")).toContainText("changed");
  await limits.locator("summary").click();
  await app.option("Processes").fill("3");
  await expect(app.options).toContainText("8 or more");
});

test("limits are lowered while a program runs, and a place is always hidden", async ({ machine, app }) => {
  machine.directory("home/private");
  machine.file("home/private/diary.txt", "dear diary\n");
  await app.navigation.getByRole("button", { name: "Settings" }).click();
  const list = app.dialog.getByRole("region", { name: "Always hidden" });
  await list.getByRole("textbox", { name: "New place" }).fill("~/private");
  await list.getByRole("button", { name: "Hide", exact: true }).click();
  await expect(list.getByRole("listitem")).toHaveText(join(machine.home, "private"));
  await app.dialog.getByRole("button", { name: "Done" }).click();

  const script = "cat private/diary.txt; head -c 30000000 /dev/zero >fill; echo filled; read line";
  await app.run(`sh -c '${script}'`);
  await expect(app.terminal).toContainText("No such file");
  await expect(app.terminal).toContainText("filled");
  await app.page.getByRole("button", { name: "no network" }).click();
  await app.page.getByLabel("Disk space").fill("20 MB");
  await app.page.getByLabel("Left free").fill("1.2 GB");
  await app.page.getByRole("button", { name: "Allow less", exact: true }).click();
  const bar = app.page.getByRole("alert").filter({ hasText: "Frozen." });
  await expect(bar).toContainText("it was given 20 MB", { timeout: 30_000 });
  const { sessions } = JSON.parse(await machine.alcatraz("list", "--json")) as {
    sessions: { policy: { floor?: number } }[];
  };
  expect(sessions.map(({ policy }) => policy.floor)).toEqual([1_200_000_000]);
  await app.page.keyboard.press("Escape");
  await app.stop();

  await app.goHome();
  await app.moreOptions();
  await app.option("Left visible").fill("~/private");
  await app.run("sh -c 'cat private/diary.txt; read line'");
  await expect(app.terminal).toContainText("dear diary");
  await app.stop();
  await app.goHome();
  await app.moreOptions();
  await expect(app.option("Left visible")).toHaveValue("");
});

test("a promise that cannot be kept refuses the run, which goes on without it when told so by name", async ({
  machine,
  app,
}) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await app.moreOptions();
  await app.option("Open ports").fill(`${port}:8080`);
  await app.command.fill("echo ran");
  await app.page.getByRole("button", { name: "Run", exact: true }).click();
  const refused = app.page.getByRole("alert").filter({ hasText: `port ${port}` });
  await expect(refused).toBeVisible();
  expect(await machine.sessionIds()).toEqual([]);
  await refused.getByRole("button", { name: "Run without the port" }).click();
  await app.ended();
  await expect(app.terminal).toContainText("ran");
  other.close();
  // The next one keeps it again. As root a program can run as any user that there is.
  await app.goHome();
  if (machine.account.mode === "system") {
    await app.moreOptions();
    await app.option("Other user").fill("no-such-user");
    await app.command.fill("id -un");
    await app.page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(app.page.getByRole("alert")).toContainText("no-such-user");
    await app.option("Other user").fill(machine.account.user);
  }
  await app.run("id -un");
  await app.ended();
  await expect(app.terminal).toContainText(machine.account.user);
  const { sessions } = JSON.parse(await machine.alcatraz("list", "--json")) as {
    sessions: { command: string[]; policy: { accept?: string[] } }[];
  };
  const accepted = sessions.map(({ command, policy }) => [command.join(" "), policy.accept]);
  expect(Object.fromEntries(accepted)).toEqual({ "echo ran": ["ports"], "id -un": undefined });
});

test("choices are kept as a profile and chosen again", async ({ app }) => {
  await app.moreOptions();
  const profile = app.option("Profile");
  await profile.selectOption("Document");
  await expect(app.option("Disk space")).toHaveValue("500 MB");
  await app.option("Disk space").fill("1 GB");
  await app.options.getByRole("button", { name: "Keep as a profile" }).click();
  await app.options.getByRole("textbox", { name: "Name of the profile" }).fill("Downloads");
  await app.options.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(profile).toHaveValue("Downloads");
  await profile.selectOption("Usual");
  await expect(app.option("Disk space")).toHaveValue("");
  await profile.selectOption("Downloads");
  await expect(app.option("Disk space")).toHaveValue("1 GB");
  await app.options.getByRole("button", { name: "Forget the profile Downloads" }).click();
  await expect(profile.getByRole("option", { name: "Downloads" })).toHaveCount(0);
});

test("a program shows its windows in a window of its own", async ({ app }) => {
  await app.moreOptions();
  await app.options.getByRole("radio", { name: "In a window of its own" }).click();
  await expect(app.options).toContainText("sees nothing else on your screen");
  await app.run(
    "sh -c 'xeyes & xdotool search --sync --onlyvisible --class XEyes getwindowname; xdotool getdisplaygeometry; read line'",
  );
  await expect(app.terminal).toContainText("xeyes");
  await expect(app.terminal).toContainText("1280 800");
  await app.stop();
});
