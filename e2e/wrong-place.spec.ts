// Scenario 3: an installer pointed at a directory of programs; thrown away, run again rightly, tried out, committed.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./test.js";

test("installing into the wrong place, then into the right one", async ({ machine, app }) => {
  // A directory of programs of the test's own, with real programs in it.
  const programs = machine.directory("home/usr/bin");
  const base = machine.directory("home/usr/local");
  await machine.run(["cp", "/bin/true", "/bin/cat", "/bin/ls", programs]);
  const before = machine.describeHome();
  const host = app.host();
  const installer = join(machine.installation.root, "assets/sample/install.sh");

  await app.run(`${installer} --base ${base} --prefix ${programs}`);
  await app.ended();
  // A great many files that do not belong there, most of them no programs.
  await app.filter.fill("usr/bin/lantern-");
  await expect(app.row("lantern-de.json", "Created file")).toBeVisible();
  await expect(app.row("lantern-16.png", "Created file")).toBeVisible();
  await app.filter.fill("");
  await app.show("lantern-de.json");
  await app.view("Details");
  await expect(app.detail).toContainText("rw-r--r--");
  await app.abort();
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(before);

  // Again, in a shell of which the session lives on, so that the program can be tried where it was installed.
  await app.goHome();
  await app.run("/bin/bash --norc");
  await expect(app.state).toHaveText(/^Running/);
  await app.type(`${installer} --base ${base}\n`);
  await expect(app.terminal).toContainText("is installed", { timeout: 30_000 });
  await app.type(`${base}/bin/lantern add it works; ${base}/bin/lantern\n`);
  await expect(app.terminal).toContainText(/\d{4}-\d\d-\d\d {2}it works/);
  await app.type("exit\n");
  await app.ended();
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(before);

  await app.commit();
  expect(readdirSync(programs).toSorted()).toEqual(["cat", "ls", "true"]);
  const listed = await machine.run([join(base, "bin/lantern"), "list"]);
  expect(listed.stdout).toMatch(/it works\n$/);
  await app.hostIs(host);
});

test("the same on the command line", async ({ machine }) => {
  const programs = machine.directory("home/usr/bin");
  const base = machine.directory("home/usr/local");
  await machine.run(["cp", "/bin/true", "/bin/cat", programs]);
  const before = machine.describeHome();
  const host = machine.host();
  const untouched = async (): Promise<void> => {
    await expect.poll(() => machine.host()).toEqual(host);
    expect(machine.describeHome()).toEqual(before);
  };
  const installer = join(machine.installation.root, "assets/sample/install.sh");
  const install = (name: string, ...where: string[]): Promise<string> =>
    machine.alcatraz("run", "--keep", "--name", name, "env", "LANTERN_PACE=0", installer, ...where);

  await install("wrong", "--base", base, "--prefix", programs);
  expect(await machine.alcatraz("changes", "wrong", programs)).toMatch(/^A .*lantern-de\.json$/m);
  await machine.alcatraz("abort", "wrong");
  await untouched();

  await install("right", "--base", base);
  const lantern = join(base, "bin/lantern");
  await machine.alcatraz("enter", "right", "--", lantern, "add", "it works");
  await untouched();
  await machine.alcatraz("commit", "right");
  expect(readdirSync(programs).toSorted()).toEqual(["cat", "true"]);
  expect((await machine.run([lantern, "list"])).stdout).toMatch(/it works\n$/);
  await expect.poll(() => machine.host()).toEqual(host);
});
