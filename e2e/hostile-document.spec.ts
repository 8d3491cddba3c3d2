// Scenario 2: a document and a script that fill the home directory, opened by what the desktop opens such files with.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./harness/machine.js";
import { expect, test } from "./test.js";

/** Puts the files into the home, and associates their kinds with ghostscript and perl as a desktop does. */
function prepare(machine: Machine): void {
  machine.file("home/.made-by-a-test", "");
  for (const name of ["paper.ps", "tidy.pl"]) {
    machine.file(`home/${name}`, readFileSync(join(import.meta.dirname, "programs", name)));
  }
  const entry = (name: string, exec: string): string =>
    `[Desktop Entry]\nType=Application\nName=${name}\nExec=${exec} %f\n`;
  const applications = "home/.local/share/applications";
  // Many set-ups still open documents without ghostscript's own safe mode.
  machine.file(
    `${applications}/ghostscript.desktop`,
    entry("Ghostscript", "gs -q -dNOSAFER -dBATCH -dNODISPLAY"),
  );
  machine.file(`${applications}/perl.desktop`, entry("Perl", "perl"));
  const kinds = ["application/postscript=ghostscript", "text/x-perl=perl", "application/x-perl=perl"];
  const lines = kinds.map((kind) => `${kind}.desktop;`);
  machine.file("home/.config/mimeapps.list", `[Default Applications]\n${lines.join("\n")}\n`);
}

/** So much that the script is not there before its growing was watched, in megabytes. */
const QUOTA = 16;

interface Told {
  changes: { path: string; size: number }[];
}

test("a document that writes files: all are seen, none reaches the home", async ({ machine, app }) => {
  prepare(machine);
  // The person lets the desktop open such files here, and clicks on one.
  await app.page.keyboard.press("Control+,");
  await app.dialog.getByRole("switch", { name: /risky documents/ }).click();
  await app.page.keyboard.press("Escape");
  const paper = machine.path("home/paper.ps");
  await expect
    .poll(() => machine.run(["xdg-mime", "query", "default", "application/postscript"]))
    .toMatchObject({
      stdout: "alcatraz-open.desktop\n",
    });
  const before = machine.describeHome();
  const host = app.host();
  expect((await machine.run(["gio", "open", paper])).status).toBe(0);
  await expect(app.command).toHaveValue(`gs -q -dNOSAFER -dBATCH -dNODISPLAY ${paper}`);
  await app.runForm();
  await app.ended();
  await expect(app.terminal).toContainText("printed");
  await app.filter.fill("flood-");
  for (const number of [1, 12, 24]) {
    await expect(app.row(`flood-${number}.dat`, "Created file")).toBeVisible();
  }
  await app.filter.fill("");
  expect(machine.describeHome()).toEqual(before);
  await app.abort();
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(before);
});

test("a script that fills the disk: its files are seen while they grow, it stands still at its quota and is thrown away", async ({
  machine,
  app,
}) => {
  prepare(machine);
  const before = machine.describeHome();
  const host = app.host();
  // The file manager's "Open in Alcatraz".
  const script = machine.path("home/tidy.pl");
  app.openFromOutside(script);
  await expect(app.command).toHaveValue(`perl ${script}`);
  await app.moreOptions();
  await app.option("Disk space").fill(`${QUOTA} MB`);
  await app.run(`perl ${script}`);
  await expect(app.row("junk-1.dat", "Created file")).toBeVisible();
  await expect(app.state).toHaveText(/^Running/);
  // The size on the screen follows while the script writes.
  await app.row("junk-1.dat").first().click();
  await app.view("Details");
  const sizes = async (name: RegExp): Promise<number> => {
    const [id] = await machine.sessionIds();
    const told = JSON.parse(await machine.alcatraz("changes", id ?? "", "--json")) as Told;
    return told.changes.reduce((sum, { path, size }) => sum + (name.test(path) ? size : 0), 0);
  };
  const size = (): Promise<number> => sizes(/junk-1\.dat$/);
  const first = await size();
  const shown = await app.row("junk-1.dat").first().textContent();
  await expect.poll(size).toBeGreaterThan(first);
  await expect(app.row("junk-1.dat").first()).not.toHaveText(shown ?? "");
  expect(machine.describeHome()).toEqual(before);
  // There it stands still; left alone it would write four times as much.
  await expect(app.state).toHaveText(/^Frozen/, { timeout: 60_000 });
  const bar = app.page.getByRole("alert").filter({ hasText: "Frozen." });
  await expect(bar).toContainText(`it was given ${QUOTA} MB`);
  expect(await sizes(/junk-\d\.dat$/)).toBeLessThan(1.2 * QUOTA * 1e6);
  expect(machine.describeHome()).toEqual(before);
  await app.abort();
  await app.hostIs(host);
  expect(machine.describeHome()).toEqual(before);
});

test("the same on the command line", async ({ machine }) => {
  prepare(machine);
  const before = machine.describeHome();
  const host = machine.host();
  await machine.alcatraz("run", "--keep", "-q", "--name", "paper", "--", "xdg-open", "paper.ps");
  const told = JSON.parse(await machine.alcatraz("changes", "paper", machine.home, "--json")) as Told;
  const flood = told.changes.filter((change) => /flood-\d+\.dat$/.test(change.path));
  expect(flood.map(({ size }) => size)).toEqual(Array.from({ length: 24 }, () => 1024 * 1024));
  expect(machine.describeHome()).toEqual(before);
  await machine.alcatraz("abort", "paper");
  expect(machine.describeHome()).toEqual(before);
  await expect.poll(() => machine.host()).toEqual(host);

  // With a quota the script stands still before it has filled anything.
  const limited = machine.alcatraz(
    "run",
    "--keep",
    "-q",
    "--name",
    "tidy",
    "--quota",
    "10M",
    "--",
    "xdg-open",
    "tidy.pl",
  );
  const ended = limited.then(
    () => "well",
    (error: unknown) => String(error),
  );
  const frozen = async (): Promise<unknown> => {
    const { sessions } = JSON.parse(await machine.alcatraz("list", "--json")) as {
      sessions: { name: string | null; frozen?: { why: string } }[];
    };
    return sessions.find(({ name }) => name === "tidy")?.frozen?.why;
  };
  await expect.poll(frozen, { timeout: 30_000 }).toBe("quota");
  await machine.alcatraz("abort", "tidy");
  expect(await ended).not.toBe("well");
  expect(machine.describeHome()).toEqual(before);
  await expect.poll(() => machine.host()).toEqual(host);
});
