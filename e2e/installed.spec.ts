// The Debian package: made as for people, unpacked, and its app and command line used as an ordinary user does. Its Electron takes no
// debugger of Node's, so the window is reached by its page alone.
import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { chromium } from "@playwright/test";
import { CACHE, ROOT } from "../scripts/setup/paths.mjs";
import type { Machine } from "./harness/machine.js";
import { expect, test } from "./test.js";
import { Window } from "./window.js";

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
const HOME = "opt/Alcatraz";

/** Starts the unpacked app as the account, and returns it with the address that its page can be reached at. */
async function start(machine: Machine, root: string): Promise<{ app: ChildProcess; address: string }> {
  const program = join(root, HOME, "alcatraz");
  const sample = `--sample=${join(root, HOME, "resources/sample")}`;
  const words = [...machine.account.become, program, "--remote-debugging-port=0", "--inspect=0", sample];
  const app = spawn(words[0] ?? "", words.slice(1), { cwd: machine.home, env: machine.environment() });
  let said = "";
  const address = await new Promise<string>((found, failed) => {
    app.stderr.on("data", (data: Buffer) => {
      said += data.toString();
      const line = /^DevTools listening on (ws:\S+)$/m.exec(said)?.[1];
      if (line !== undefined) found(line);
    });
    app.on("exit", (status) => failed(new Error(`The app ended with ${status}. It printed:\n${said}`)));
    app.on("error", failed);
  });
  expect(said, "Node's debugger is off in packages").not.toContain("Debugger listening");
  return { app, address };
}

test("the Debian package holds an app and a command line that work", async ({ machine }) => {
  test.setTimeout(300_000);
  await promisify(execFile)(process.execPath, [join(ROOT, "packaging/package.mjs"), "--trial"]);
  const architecture = execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();
  const deb = join(CACHE, "package-trial", `alcatraz_${version}~trial_${architecture}.deb`);
  const root = machine.path("root");
  mkdirSync(root, { mode: 0o755 });
  execFileSync("dpkg-deb", ["--extract", deb, root]);

  const entry = join(root, "usr/share/applications/alcatraz.desktop");
  execFileSync("desktop-file-validate", [entry]);
  const started = /^Exec=(\S+) --sample=(\S+)$/m.exec(readFileSync(entry, "utf8"));
  for (const path of started?.slice(1) ?? ["no such line"]) {
    expect(existsSync(join(root, path)), path).toBe(true);
  }
  // The password dialog's words are of this very helper.
  const policy = readFileSync(join(root, "usr/share/polkit-1/actions/io.github.alcatraz.policy"), "utf8");
  const asked = /exec\.path">(\S+)<\/annotate>/.exec(policy)?.[1] ?? "no such line";
  expect(existsSync(join(root, asked)), asked).toBe(true);
  const helper = join(root, HOME, "resources/bin/alcatraz");
  expect((await machine.run([helper, "--version"])).stdout).toContain(version);
  const manual = gunzipSync(readFileSync(join(root, "usr/share/man/man1/alcatraz.1.gz"))).toString();
  expect(manual).toMatch(/^\.TH alcatraz 1/m);

  const before = machine.describeHome();
  const { app, address } = await start(machine, root);
  try {
    const browser = await chromium.connectOverCDP(address);
    const [context] = browser.contexts();
    if (context === undefined) throw new Error("The app shows nothing.");
    const window = new Window(context.pages()[0] ?? (await context.waitForEvent("page")));
    await window.runSample();
    await window.ended();
    await expect(window.terminal).toContainText("Lantern 1.4.2 is installed");
    await window.show(".bashrc");
    await expect(window.detail).toContainText("Added by the Lantern installer");
    await window.abort();
    await browser.close();
  } finally {
    const gone = once(app, "exit");
    app.kill();
    await gone;
  }
  expect(machine.describeHome()).toEqual(before);
});
