// “Open in Alcatraz” as the desktop's own programs see it, in a home that is thrown away.
// oxlint-disable-next-line no-restricted-imports -- xdg-mime, gio and desktop-file-validate are the judges here
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Integration } from "./integration.js";
import { withHandler, withoutHandler } from "./mime-apps.js";

let home = "";
let integration: Integration;
let environment: NodeJS.ProcessEnv = {};
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "alcatraz-desktop-"));
  environment = {
    PATH: process.env["PATH"],
    HOME: home,
    XDG_DATA_HOME: join(home, "data"),
    XDG_CONFIG_HOME: join(home, "config"),
    // Else xdg-mime would ask a desktop that is not there.
    XDG_CURRENT_DESKTOP: "X-Generic",
  };
  integration = new Integration({
    home,
    environment,
    command: ["/bin/sh", "/opt/my apps/100%/$app", "--no-sandbox"],
    icon: "/opt/my apps/icon.png",
  });
});
afterEach(() => rm(home, { recursive: true }));

/** Returns what a program printed; its failure carries all that it said. */
async function run(program: string, ...args: string[]): Promise<string> {
  const ended = promisify(execFile)(program, args, { env: environment });
  const { stdout } = await ended.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${program} ${args.join(" ")}: ${error.stdout}${error.stderr}`);
  });
  return stdout;
}
const handler = async (type: string): Promise<string> =>
  (await run("xdg-mime", "query", "default", type)).trim();
const list = (): string => join(home, "config/mimeapps.list");
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

test("switched on, risky files are opened in Alcatraz; switched off, nothing is left", async () => {
  expect(await integration.isOn()).toBe(false);
  // The machine's own choice, when it has one.
  const before = await handler("application/x-shellscript");
  await integration.set(true);
  expect(await integration.isOn()).toBe(true);
  expect(await handler("application/x-shellscript")).toBe("alcatraz-open.desktop");
  const told = await run("gio", "mime", "application/vnd.debian.binary-package");
  expect(told.split("\n")[0]).toContain("alcatraz-open.desktop");
  await integration.set(true);
  await integration.set(false);
  expect(await integration.isOn()).toBe(false);
  expect(await handler("application/x-shellscript")).toBe(before);
  expect(await exists(list())).toBe(false);
  expect(await exists(join(home, "data/applications/alcatraz-open.desktop"))).toBe(false);
});

test("what is asked for at once is done one after the other: the last word holds, and nothing is left", async () => {
  await Promise.all([true, false, true, false].map((on) => integration.set(on)));
  expect(await integration.isOn()).toBe(false);
  expect(await exists(list())).toBe(false);
  expect(await exists(join(home, "data/applications/alcatraz-open.desktop"))).toBe(false);
});

test("a list that is kept elsewhere is changed there, and is read by whom it was", async () => {
  const kept = join(home, "dotfiles/mimeapps.list");
  await mkdir(dirname(kept), { recursive: true });
  await mkdir(dirname(list()), { recursive: true });
  const text = "[Default Applications]\ntext/plain=editor.desktop\n";
  await writeFile(kept, text, { mode: 0o600 });
  await symlink(kept, list());
  await integration.set(true);
  expect(await readFile(kept, "utf8")).toContain("alcatraz-open.desktop");
  expect([await readlink(list()), (await stat(kept)).mode & 0o777]).toEqual([kept, 0o600]);
  await integration.set(false);
  expect(await readFile(kept, "utf8")).toBe(text);
});

test("the entry is valid and starts the app with the file", async () => {
  await integration.set(true);
  const entry = join(home, "data/applications/alcatraz-open.desktop");
  expect(await run("desktop-file-validate", "--no-hints", entry)).toBe("");
  // A stand-in for the app that tells its words, where the entry's first word is.
  const told = join(home, "told");
  const tell = join(home, "tell");
  await writeFile(tell, `#!/bin/sh\nprintf '%s\\n' "$@" >'${told}.part'\nmv '${told}.part' '${told}'\n`, {
    mode: 0o755,
  });
  const text = await readFile(entry, "utf8");
  await writeFile(entry, text.replaceAll("/bin/sh", tell).replace("StartupNotify=true\n", ""));
  const file = join(home, "a file; $(touch x) %f.sh");
  await writeFile(file, "");
  await run("gio", "launch", entry, file);
  let words = "";
  while (words === "") words = await readFile(told, "utf8").catch(() => "");
  expect(words.split("\n")).toEqual(["/opt/my apps/100%/$app", "--no-sandbox", `--open=${file}`, ""]);
});

test("the person's own choices stay, and hold again when it is switched off", async () => {
  const own =
    "# mine\n[Default Applications]\napplication/x-shellscript=gedit.desktop;vim.desktop;\ntext/plain=vim.desktop\n\n[Removed Associations]\nimage/png=x.desktop;\n";
  await mkdir(dirname(list()));
  await writeFile(list(), own);
  await integration.set(true);
  const on = await readFile(list(), "utf8");
  expect(on).toContain("application/x-shellscript=alcatraz-open.desktop;gedit.desktop;vim.desktop;\n");
  expect(on).toContain("text/plain=vim.desktop\n");
  await integration.set(false);
  expect(await readFile(list(), "utf8")).toBe(own);
});

test("a list that cannot be written is an error that says which", async () => {
  await writeFile(join(home, "config"), "");
  await expect(integration.set(true)).rejects.toMatchObject({
    error: { code: "io", facts: { file: list() } },
  });
});

describe("any list is as it was after on and off:", () => {
  test.each([
    "",
    "[Added Associations]\nimage/png=a.desktop;b.desktop;\n",
    "[Default Applications]\nx/y = a.desktop\n\n\n[Other]\nx/y=alcatraz\n",
    "no group=at all\n",
    "[Default Applications]\na/b=c.desktop;\n[Added Associations]\n# remark\na/b=d.desktop;\n",
  ])("%j", (text) => {
    const on = withHandler(text, "alcatraz-open.desktop", ["x/y", "a/b"]);
    expect(on).toMatch(/^x\/y=alcatraz-open\.desktop;/m);
    expect(withoutHandler(on, "alcatraz-open.desktop").replaceAll(/^x\/y=/gm, "x/y = ")).toBe(
      text.replaceAll(/^x\/y=/gm, "x/y = "),
    );
  });
});
