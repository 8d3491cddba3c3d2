// Can an ordinary user make sandboxes here? Asked before Electron is started, which otherwise just dies.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CACHE, HELPER, ROOT } from "./paths.mjs";
import { SetupError } from "./run.mjs";

/** Where the shipped profile expects an installed package. */
const PACKAGED = {
  window: "/opt/Alcatraz/alcatraz",
  helper: "/opt/Alcatraz/resources/bin/alcatraz",
};
/** Beside that of an installed package, which has names of its own. */
const INSTALLED = "/etc/apparmor.d/alcatraz-source";

/** Kernel switches that forbid user namespaces: file below /proc/sys, the value that forbids, the one that does not. */
const SWITCHES = [
  ["user/max_user_namespaces", "0", "10000"],
  ["kernel/unprivileged_userns_clone", "0", "1"],
];

/** Fails, with what to type, when Electron's own sandbox cannot be made. `at` is for tests. */
export function checkSandbox(electron, at = {}) {
  const { uid = process.geteuid(), sys = "/proc/sys", installed = INSTALLED, cache = CACHE } = at;
  // Root runs without Chromium's sandbox, and the helper needs no leave of anybody.
  if (uid === 0) return;
  const value = (file) => readOrUndefined(join(sys, file))?.trim();
  for (const [file, forbids, allows] of SWITCHES) {
    const name = file.replaceAll("/", ".");
    if (value(file) === forbids) {
      throw new SetupError(
        `This machine does not let ordinary users make sandboxes (${name} is ${forbids}). Type this, then try again:\n` +
          `    sudo sysctl -w ${name}=${allows}`,
      );
    }
  }
  if (value("kernel/apparmor_restrict_unprivileged_userns") !== "1") return;
  const profile = renderProfile(electron);
  if (hasSetuidSandbox(electron) || readOrUndefined(installed) === profile) return;
  const file = join(cache, "apparmor", "alcatraz");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, profile);
  throw new SetupError(
    "This machine lets only programs with an AppArmor profile make sandboxes, as Ubuntu does since 23.10.\n" +
      "Install Alcatraz's profile with this, then try again:\n" +
      `    sudo install -m 644 ${file} ${installed} && sudo apparmor_parser -r ${installed}`,
  );
}

/** Returns the shipped profile for this source tree. */
export function renderProfile(electron) {
  const shipped = readFileSync(join(ROOT, "assets", "apparmor", "alcatraz"), "utf8");
  return shipped
    .replaceAll("profile alcatraz-", "profile alcatraz-source-")
    .replace(PACKAGED.window, `"${electron}"`)
    .replace(PACKAGED.helper, `"${HELPER}"`);
}

/** Chromium's older sandbox, a program with root's rights beside Electron, needs no user namespaces. */
function hasSetuidSandbox(electron) {
  try {
    const { uid, mode } = statSync(join(dirname(electron), "chrome-sandbox"));
    return uid === 0 && (mode & 0o4000) !== 0;
  } catch (error) {
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

function readOrUndefined(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "EACCES") return undefined;
    throw error;
  }
}
