// Scenes of the walk-through in which the whole machine plays: its server, its package manager, its disks. They need root.
import { chmodSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { PACKAGE } from "../../scripts/setup/package.mjs";
import { get } from "../harness/site.js";
import { makeUpgrade, refusedCommit, runUpgrade } from "../scenes.js";
import { test } from "../test.js";
import { onSet } from "./camera.js";

test("screenshots: a server that is upgraded", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    const upgrade = await makeUpgrade(machine);
    const { site, port, tls, outside, outsideTls } = upgrade;
    expect(await site.apache("start")).toBe("");
    try {
      await runUpgrade(app, upgrade);
      const page = (): Promise<string> => get(machine, `https://127.0.0.1:${outsideTls}/`);
      await expect.poll(page, { timeout: 60_000 }).toBe("the new one\n");
      await get(machine, `http://127.0.0.1:${outside}/`);
      // The old one serves, and writes its logs, as before.
      await get(machine, `http://127.0.0.1:${port}/`);
      expect(await site.apache("graceful")).toBe("");
      const log = join(site.root, "logs", "error.log");
      await expect.poll(() => readFileSync(log, "utf8")).toContain("graceful restart");
      await app.lower("Network");
      await expect(app.network.getByRole("row", { name: new RegExp(`^listen on .*:${tls} `) })).toContainText(
        "redirected",
      );
      await app.show("httpd.conf");
      await app.detail.getByText("SSLEngine").first().waitFor();
      await shoot("scenario-server");
      await app.lower("Terminal");
      await app.stop();
      await app.leaveOut("run");
      await app.openCommit();
      await expect(app.dialog).toContainText("has it open for writing");
      await shoot("scenario-logs");
      await app.page.keyboard.press("Escape");
      await app.abort();
    } finally {
      expect(await site.apache("stop")).toBe("");
    }
  });
});

test("screenshots: a package manager", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    const file = machine.path("home/hello.deb");
    copyFileSync(PACKAGE, file);
    chmodSync(machine.home, 0o755);
    await app.run(`dpkg -i ${file}`);
    await app.ended();
    await app.groupBy("Package");
    await app.row("hello", "installed here").click();
    await app.openAll();
    await app.row("hello", "Created file").click();
    await app.view("Inside");
    await app.detail.getByRole("combobox", { name: "What to show" }).waitFor();
    await shoot("scenario-installed");
    await app.abort();
  });
});

test("screenshots: a rollback that asks", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    machine.file("home/list.txt", "bread\nmilk\n");
    const script = machine.file(
      "home/sort.sh",
      "#!/bin/sh\ncd; sort -r list.txt -o list.txt; echo done >done.txt\n",
      0o755,
    );
    await app.run(script);
    await app.ended();
    await app.commit();
    machine.file("home/list.txt", "milk\nbread\ntea\n");
    await app.goHistory();
    await app.askUndo();
    await expect(app.conflict("list.txt")).toBeVisible();
    await app.dialog.getByRole("region", { name: "Differences" }).getByText("tea").first().waitFor();
    await shoot("scenario-undo");
    await app.answer("Leave as it is");
    await app.dialog.getByRole("button", { name: "Undo with these answers" }).click();
    await app.undone();
    await shoot("scenario-undone");
  });
});

test("screenshots: a stubborn machine", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    const disk = await refusedCommit(app, machine);
    await shoot("scenario-refused");
    machine.remount(disk, "rw");
    await app.page.keyboard.press("Escape");
    await expect(app.dialog).toBeHidden();
    process.kill(app.helper(), "SIGKILL");
    const alert = app.page.getByRole("alert").filter({ hasText: "The helper" });
    await alert.waitFor();
    await shoot("scenario-helper");
    await alert.getByRole("button", { name: "Restart the helper" }).click();
    await expect(alert).toBeHidden();
    await app.abort();
  });
});
