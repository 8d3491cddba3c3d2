// How a session at work looks and reads: while it runs, stands still or has lost its helper; what its programs did; what is looked
// into, noted, exported and tried again.
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onStillLife } from "./harness/still-life.js";
import { looks, reads, whileHelperStands } from "./screens.js";
import { expect, test } from "./test.js";

test.describe.configure({ timeout: 300_000 });

const POSTSCRIPT = readFileSync(join(import.meta.dirname, "programs", "pages.ps"));

test("a session that runs, and one without its helper", async ({ account, installation, display }) => {
  let link = "";
  const scene = onStillLife(
    { account, installation, display },
    async (app, machine) => {
      const script = machine.file(
        "home/watch.sh",
        "#!/bin/sh\ncd\necho 'alias ll=ls' >>.bashrc\nmkdir found\necho one >found/one.txt\necho 'Press Enter to go on'\nread line\n",
        0o755,
      );
      await app.run(script);
      await app.show("one.txt");
      await expect(app.terminal).toContainText("Press Enter");
      await expect(app.detail).toContainText("by watch.sh");
      await looks(app, "session-running");
      await app.page.getByRole("button", { name: "no network" }).click();
      await reads(app, "what a session may");
      await app.page.keyboard.press("Escape");
      await app.openCommit();
      await expect(app.dialog).toContainText("still runs");
      await looks(app, "session-stop");
      await whileHelperStands(app, async () => {
        await app.dialog.getByRole("button", { name: "Stop and commit…" }).click();
        await expect(app.dialog).toContainText("It is stopped once this is known.");
        await looks(app, "commit-noting");
        await app.page.keyboard.press("Escape");
        await expect(app.dialog).toBeHidden();
      });
      const helper = app.helper();
      rmSync(link);
      process.kill(helper, "SIGKILL");
      const alert = app.page.getByRole("alert").filter({ hasText: "The helper" });
      await expect(alert).toBeVisible();
      await expect(alert.getByRole("button", { name: "Restart the helper" })).toBeEnabled();
      await expect(alert).toContainText("is missing");
      await looks(app, "helper-gone");
      symlinkSync(installation.helper, link);
      await alert.getByRole("button", { name: "Restart the helper" }).click();
      await expect(alert).toBeHidden();
      await app.stop();
    },
    (machine) => {
      // While the link is away the app cannot start it by itself.
      link = machine.path("helper");
      symlinkSync(installation.helper, link);
      return { ALCATRAZ_HELPER: link };
    },
  );
  await scene;
});

test("a session that stands still", async ({ account, installation, display }) => {
  await onStillLife({ account, installation, display }, async (app, machine) => {
    const fill =
      "cd; head -c 9M /dev/zero >large.dat; read line; head -c 64M /dev/zero >large.dat; read line";
    machine.file("home/fill.sh", `#!/bin/sh\n${fill}\n`, 0o755);
    await app.moreOptions();
    await app.option("Disk space").fill("10 MB");
    await app.run("./fill.sh");
    const near = app.page.getByRole("status").filter({ hasText: "Nearly at a limit." });
    await expect(near).toContainText("most of what they may, 10 MB", { timeout: 30_000 });
    await expect(app.row("large.dat", "Created file")).toBeVisible();
    await looks(app, "session-near");
    await app.type("\n");
    await expect(app.state).toHaveText(/^Frozen/, { timeout: 60_000 });
    await expect(app.row("large.dat", "Created file")).toBeVisible();
    await looks(app, "session-frozen");
    await app.abort();

    await app.goHome();
    await app.run("true");
    await app.ended();
    await expect(app.changes).toContainText("Nothing was changed");
    await looks(app, "session-nothing");
  });
});

test("what a session did, and what can be done with it", async ({ account, installation, display }) => {
  const signature = `/var/lib/clamav/alcatraz-visual-${process.pid}.ndb`;
  const canary = `alcatraz-canary-visual-${process.pid}`;
  writeFileSync(signature, `Alcatraz.Canary:0:*:${Buffer.from(canary).toString("hex")}\n`);
  try {
    await onStillLife({ account, installation, display }, async (app, machine) => {
      const source = machine.file("home/pages.ps", POSTSCRIPT);
      const convert = (count: number): string =>
        `gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile=$HOME/report.pdf -c "/count ${count} def" -f ${source}`;
      await machine.run(["sh", "-c", convert(2)]);
      machine.file(
        "home/work.sh",
        `#!/bin/sh
cd
${convert(3)}
mkdir lamp && echo light >lamp/on && echo dark >lamp/off
tar --mtime=@1700000000 --owner=ann --group=ann --mode=0644 -cf lamp.tar lamp/on lamp/off
echo '${canary}' >strange.txt
date +%N >stamp.txt
/usr/bin/python3 -c 'import socket; socket.create_connection(("192.0.2.7", 443))' 2>/dev/null
echo done
`,
        0o755,
      );
      await app.run("./work.sh");
      await app.ended();
      await app.openAll();
      await app.show("report.pdf");
      await app.view("Pages");
      await expect(app.detail.getByRole("img", { name: "Before, page 1" })).toBeVisible();
      await expect(app.detail.getByRole("img", { name: "After, page 1" })).toBeVisible();
      await looks(app, "session-pages");
      await app.show("lamp.tar");
      await app.view("Inside");
      await app.insidePart("Contents");
      await expect(app.detail).toContainText("lamp/on");
      await looks(app, "session-inside");

      await app.lower("Programs");
      await expect(app.page.getByRole("tree", { name: "Programs" })).toContainText("python3");
      await looks(app, "session-programs");
      await app.lower("Network");
      await expect(app.network).toContainText("192.0.2.7:443");
      await looks(app, "session-network");
      await app.lower("Look around");
      await expect(app.inspection).toContainText("the session below /session");
      await expect(app.inspection).toContainText(/[$#]\s*$/);
      await looks(app, "session-look");
      await app.lower("Run more");
      await reads(app, "before more is run");
      await app.more.getByRole("textbox", { name: "Command to run in this session" }).fill("cat lamp/on");
      await app.more.getByRole("button", { name: "Run here" }).click();
      await expect(app.more).toContainText("It has ended.");
      await app.ended();
      await looks(app, "session-more");
      await app.lower("Terminal");

      await app.sessionMenu("Look for viruses (ClamAV)");
      await expect(app.changes.getByRole("region", { name: "ClamAV" })).toContainText("found something", {
        timeout: 60_000,
      });
      await app.show("strange.txt");
      await looks(app, "session-viruses");
      await app.changes
        .getByRole("region", { name: "ClamAV" })
        .getByRole("button", { name: "Close" })
        .click();

      await app.changeMenu("Edit…");
      await expect(app.dialog.getByRole("textbox", { name: "Content of the file" })).toHaveValue(/canary/);
      await app.dialog.getByRole("textbox", { name: "Content of the file" }).fill("a lamp\n");
      await looks(app, "edit");
      await app.dialog.getByRole("button", { name: "Save in the session" }).click();
      await expect(app.dialog).toBeHidden();
      await app.changeMenu("Note…");
      await app.dialog
        .getByRole("textbox", { name: "What to remember" })
        .fill("Ask the maker what this is for.");
      await looks(app, "note");
      await app.dialog.getByRole("button", { name: "Keep the note" }).click();
      await expect(app.dialog).toBeHidden();
      await app.sessionMenu("Note on the session…");
      await app.dialog.getByRole("textbox", { name: "What to remember" }).fill("A lamp, on trial.");
      await app.dialog.getByRole("button", { name: "Keep the note" }).click();
      await expect(app.dialog).toBeHidden();
      await looks(app, "session-notes");
      await app.saveTo(machine.path("out.tar"));
      await app.sessionMenu("Export as tar…");
      await expect(app.dialog).toContainText("out.tar");
      await looks(app, "exported");
      await app.page.keyboard.press("Escape");
      await app.detail.getByRole("button", { name: "Discard this change…" }).click();
      await expect(app.dialog).toContainText("Discard 1 change?");
      await expect(app.dialog.getByRole("button", { name: "Discard", exact: true })).toBeEnabled();
      await looks(app, "discard");
      await app.page.keyboard.press("Escape");

      await app.page.getByRole("main").getByRole("button", { name: "Run again" }).click();
      const compare = app.page.getByRole("button", { name: "Compare the results" });
      await expect(compare).toBeEnabled();
      await app.openAll();
      await app.show("stamp.txt");
      await looks(app, "session-again");
      await compare.click();
      await app.dialog.getByRole("option", { name: /stamp\.txt/ }).click();
      await expect(app.dialog.getByRole("region", { name: "Both results" })).toContainText("This one");
      await looks(app, "compare");
      await app.page.keyboard.press("Escape");
      await app.leaveOut("strange.txt");
      await app.openCommit();
      await app.dialog.getByRole("radio", { name: "Stays in the session 1" }).click();
      await reads(app, "what stays");
      await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
      await app.committed();
      await looks(app, "session-part");
    });
  } finally {
    rmSync(signature);
  }
});
