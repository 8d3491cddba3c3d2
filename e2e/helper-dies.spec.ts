// The helper is killed while the app runs: the app says so, starts it again, and nothing is lost.
import { rmSync, symlinkSync } from "node:fs";
import { App } from "./app.js";
import { expect, test } from "./test.js";

test("a killed helper is told, restarted, and its sessions are there", async ({ machine }) => {
  // While the link is away the app cannot start it by itself, and the alert stays until somebody has read it.
  const link = machine.path("helper");
  symlinkSync(machine.installation.helper, link);
  const app = await App.start(machine, [], { ALCATRAZ_HELPER: link });
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\necho kept >~/kept.txt\nread line\necho $line >~/later.txt\n",
    0o755,
  );
  await app.run(script);
  await expect(app.row("kept.txt", "Created file")).toBeVisible();

  const helper = app.helper();
  rmSync(link);
  process.kill(helper, "SIGKILL");
  const alert = app.page.getByRole("alert").filter({ hasText: "The helper" });
  await expect(alert).toBeVisible();
  symlinkSync(machine.installation.helper, link);
  await alert.getByRole("button", { name: "Restart the helper" }).click();
  await expect(alert).toBeHidden();

  // The program has gone on meanwhile: it is no child of the helper that died.
  await expect(app.state).toHaveText(/^Running/);
  await expect(app.row("kept.txt", "Created file")).toBeVisible();
  await app.type("after the crash\n");
  await app.ended();
  await app.show("later.txt");
  await expect(app.detail).toContainText("after the crash");
  await app.abort();
  await app.close();
});

test("a session outlives the app, and so does the size of its panes", async ({ machine, app }) => {
  const script = machine.file(
    "program.sh",
    "#!/bin/sh\necho one >~/one.txt\nread line\necho two >~/two.txt\n",
    0o755,
  );
  await app.run(script);
  await expect(app.row("one.txt", "Created file")).toBeVisible();
  const width = Number(await app.border("Width of the list of changes").getAttribute("aria-valuenow")) + 16;
  await app.border("Width of the list of changes").press("ArrowRight");
  await expect(app.border("Width of the list of changes")).toHaveAttribute("aria-valuenow", `${width}`);
  await app.close();
  expect(await machine.sessionStates()).toEqual(["running"]);

  const again = await app.startAgain();
  await again.openSession("program.sh");
  await expect(again.row("one.txt", "Created file")).toBeVisible();
  await expect(again.border("Width of the list of changes")).toHaveAttribute("aria-valuenow", `${width}`);
  await again.type("go on\n");
  await again.ended();
  await expect(again.row("two.txt", "Created file")).toBeVisible();
  await again.abort();
  await again.close();
});
