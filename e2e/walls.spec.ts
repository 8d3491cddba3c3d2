// What a session may see and use, chosen on Home: hidden places, disk space with a frozen session, profiles.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./test.js";

test("a hidden place is empty for the program", async ({ machine, app }) => {
  machine.directory("home/private");
  machine.file("home/private/diary.txt", "dear diary\n");
  await app.moreOptions();
  await app.option("Hidden places").fill("private");
  await expect(app.options).toContainText("begins with / or ~/");
  await app.option("Hidden places").fill("~/private");
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
  await bar.getByRole("button", { name: "Go on with as much again" }).click();
  await expect(bar).toContainText(/it was given (?!20 MB)\d+ MB/, { timeout: 30_000 });
  await bar.getByRole("button", { name: "Abort" }).click();
  await app.dialog.getByRole("button", { name: "Throw away", exact: true }).click();
  await expect(app.state).toHaveText(/^Aborted/, { timeout: 30_000 });
  expect(existsSync(join(machine.home, "fill"))).toBe(false);
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
