// A session with the whole machine, asked for in the app of an ordinary person: through the real pkexec and polkitd, which say yes,
// no, or that nobody is there to ask.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { App } from "./app.js";
import { Polkit } from "./harness/polkit.js";
import { expect, test } from "./test.js";

test.skip(process.geteuid?.() !== 0, "a bus and rules of its own need root");

test("with a password the whole machine is one's to try: seen, typed to, exported, committed, undone", async ({
  machine,
}) => {
  test.setTimeout(180_000);
  // Root's: the person can change nothing in it.
  const place = machine.path("roots");
  mkdirSync(place, { mode: 0o755 });
  writeFileSync(`${place}/setting`, "before\n");
  const polkit = await Polkit.start(machine, "YES");
  try {
    expect(polkit.action).toContain("implicit any:      auth_admin");
    const app = await App.start(polkit.machine);
    try {
      // Nothing is asked for before somebody wants it.
      expect(app.processes().some(({ command }) => command.includes("pkexec"))).toBe(false);
      await app.moreOptions();
      await app.options.getByRole("radio", { name: "With the whole machine" }).click();
      await app.options.getByLabel("Run as root inside the session").check();
      await app.run(`sh -c 'id -un; read -r word; echo "$word" >${place}/setting; tty'`);
      await expect(app.terminal).toContainText("root");
      await expect(app.page.getByRole("main").getByText("whole machine", { exact: true })).toBeVisible();
      await app.type("after\n");
      await app.ended();
      await expect(app.terminal).toContainText("/dev/pts/");
      await expect(app.row("setting", "Changed file")).toBeVisible();
      expect(readFileSync(`${place}/setting`, "utf8")).toBe("before\n");

      // What is taken along is the person's file, written with the person's rights.
      const file = machine.path("run/changes.patch");
      await app.saveTo(file);
      await app.sessionMenu("Export as patch…");
      await expect(app.dialog).toContainText("changes.patch");
      await app.page.keyboard.press("Escape");
      expect(readFileSync(file, "utf8")).toContain("+after");
      expect(statSync(file).uid).toBe(machine.account.uid);

      await app.commit();
      expect(readFileSync(`${place}/setting`, "utf8")).toBe("after\n");
      expect(statSync(`${place}/setting`).uid).toBe(0);
      await app.goHistory();
      await expect(
        app.page.getByRole("main").getByText("whole machine", { exact: true }).first(),
      ).toBeVisible();
      await app.undo();
      expect(readFileSync(`${place}/setting`, "utf8")).toBe("before\n");

      // As a person again, without a word of passwords: what is the administrator's was one run's.
      await app.goHome();
      await app.run("sh -c 'id -u; echo mine >mine; while ! test -e go; do sleep 0.1; done'");
      await expect(app.terminal).toContainText(String(machine.account.uid));
      await expect(app.page.getByRole("main").getByText("whole machine", { exact: true })).toBeHidden();
      await app.stop();
      await app.abort();
    } finally {
      await app.close();
    }

    // Started again, the app asks nobody, and shows the rest when it is told to.
    const again = await App.start(polkit.machine);
    try {
      const main = again.page.getByRole("main");
      const show = main.getByRole("button", { name: "Show the administrator's sessions" });
      await expect(show).toBeVisible();
      await expect(main.getByText("whole machine", { exact: true }).first()).toBeHidden();
      expect(again.processes().some(({ command }) => command.includes("pkexec"))).toBe(false);
      await show.click();
      await expect(main.getByText("whole machine", { exact: true }).first()).toBeVisible();
    } finally {
      await again.close();
    }
  } finally {
    await polkit.stop();
  }
});

test("the administrator's helper may die: its sessions go on, and it is asked for again", async ({
  machine,
}) => {
  const place = machine.path("roots");
  mkdirSync(place, { mode: 0o755 });
  const polkit = await Polkit.start(machine, "YES");
  try {
    const app = await App.start(polkit.machine);
    try {
      await app.moreOptions();
      await app.options.getByRole("radio", { name: "With the whole machine" }).click();
      await app.run("sh -c 'echo begun; read -r word; echo \"goes on: $word\"'");
      await expect(app.terminal).toContainText("begun");
      const helpers = app.processes().filter(({ command }) => command.endsWith(" serve"));
      const roots = helpers.filter(({ pid }) => statSync(`/proc/${pid}`).uid === 0);
      expect(roots).toHaveLength(1);
      for (const { pid } of roots) process.kill(pid, "SIGKILL");
      const told = app.page.getByRole("alert").filter({ hasText: "administrator's helper is gone" });
      await expect(told).toContainText("Your sessions go on without it");
      await told.getByRole("button", { name: "Ask for the password again" }).click();
      await expect(told).toBeHidden();
      // The terminal is joined anew just then: what is typed into the one before reaches nobody.
      await expect(async () => {
        await app.type("still here\n");
        await expect(app.terminal).toContainText("goes on: still here", { timeout: 3_000 });
      }).toPass();
      await app.ended();
    } finally {
      await app.close();
    }
  } finally {
    await polkit.stop();
  }
});

for (const { verdict, words } of [
  { verdict: "NO", words: "this machine does not let you act as an administrator" },
  { verdict: "NOT_HANDLED", words: "This desktop has no window that asks for an administrator's password" },
] as const) {
  test(`where polkit says ${verdict}, nothing runs, and it is told why and what to do`, async ({
    machine,
  }) => {
    const polkit = await Polkit.start(machine, verdict);
    try {
      const app = await App.start(polkit.machine);
      try {
        const deb = machine.file("trial.deb", "no real package");
        await app.dropFile(deb);
        const main = app.page.getByRole("main");
        await expect(main).toContainText("Only root can install trial.deb");
        await main.getByRole("button", { name: "Run it with the whole machine" }).click();
        await expect(main).toContainText(words);
        await expect(app.command).toHaveValue(/trial\.deb/);
        expect(polkit.asRoot("ls", "/var/lib/alcatraz")).toBe("");
        // As oneself everything is as it was.
        await app.run("sh -c 'id -u'");
        await expect(app.terminal).toContainText(String(machine.account.uid));
        await app.ended();
      } finally {
        await app.close();
      }
    } finally {
      await polkit.stop();
    }
  });
}
