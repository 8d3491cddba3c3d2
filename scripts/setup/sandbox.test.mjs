// Machines that forbid sandboxes are told apart, and each is told what to type.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HELPER, ROOT } from "./paths.mjs";
import { must } from "./run.mjs";
import { checkSandbox, renderProfile } from "./sandbox.mjs";

let base;
beforeEach(() => (base = mkdtempSync(join(tmpdir(), "sandbox-"))));
afterEach(() => rmSync(base, { recursive: true }));

const file = (name, text) => {
  const path = join(base, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const electron = () => join(base, "dist", "electron");
const check = (uid = 1000) =>
  checkSandbox(electron(), { uid, sys: join(base, "sys"), installed: join(base, "installed"), cache: base });

it.each([
  ["user/max_user_namespaces", "sudo sysctl -w user.max_user_namespaces=10000"],
  ["kernel/unprivileged_userns_clone", "sudo sysctl -w kernel.unprivileged_userns_clone=1"],
])("%s", (name, mend) => {
  file(`sys/${name}`, "0\n");
  expect(check).toThrow(mend);
  file(`sys/${name}`, "1\n");
  expect(check()).toBeUndefined();
});

it("a machine without any of these switches is fine", () => expect(check()).toBeUndefined());

it("AppArmor: the profile is made for this tree, and enough when it is installed", () => {
  file("sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
  expect(check).toThrow(`sudo install -m 644 ${join(base, "apparmor", "alcatraz")}`);
  expect(check(0)).toBeUndefined();
  const made = readFileSync(join(base, "apparmor", "alcatraz"), "utf8");
  expect(made).toBe(renderProfile(electron()));
  expect(made).toContain(`profile alcatraz-source-window "${electron()}" flags=(unconfined) {\n  userns,`);
  expect(made).toContain(`profile alcatraz-source-helper "${HELPER}" flags=(unconfined) {\n  userns,`);
  file("installed", made);
  expect(check()).toBeUndefined();
  file("installed", made.replace(electron(), "/elsewhere"));
  expect(check).toThrow("AppArmor profile");
});

it("AppArmor: Chromium's setuid sandbox does as well", () => {
  file("sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
  const program = file("dist/chrome-sandbox", "");
  expect(check).toThrow("AppArmor profile");
  chmodSync(program, 0o4755);
  // Its owner is whoever runs this test: only root's counts.
  if (process.geteuid() === 0) expect(check()).toBeUndefined();
  else expect(check).toThrow("AppArmor profile");
});

it("AppArmor compiles the profile, as it is shipped and as it is made for this tree", async () => {
  // Before its version 4 the compiler does not know the leave that is asked for: there is nothing to ask for then.
  const version = /version (\d+)/.exec(await must("apparmor_parser", ["--version"]));
  const isNew = Number(version?.[1]) >= 4;
  const known = (profile) =>
    isNew ? profile : profile.replace("abi/4.0", "abi/3.0").replaceAll("  userns,\n", "");
  const shipped = readFileSync(join(ROOT, "assets", "apparmor", "alcatraz"), "utf8");
  for (const profile of [shipped, renderProfile(join(base, "a directory", "electron"))]) {
    const source = file("profile", known(profile));
    await must("apparmor_parser", ["--skip-kernel-load", "--skip-cache", source]);
    const wrong = file("wrong", known(profile).replace("flags=(unconfined)", "flags=(unconfine)"));
    await expect(must("apparmor_parser", ["--skip-kernel-load", "--skip-cache", wrong])).rejects.toThrow();
  }
});
