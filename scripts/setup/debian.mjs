// What the system must bring: shared libraries of Electron, a C compiler, Xvfb, tools of the tests.
// Looks for the things themselves, so that it works on any distribution; installs only on Debian-like ones, as root.
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run, SetupError, timed } from "./run.mjs";

const program = (name, ...packages) => ({
  kind: "program",
  name,
  packages: packages.length ? packages : [name],
});
const library = (name, ...packages) => ({ kind: "library", name, packages });

const BUILD = [program("cc", "gcc"), program("g++"), program("make"), program("python3")];

/** Packages that changed their name with the 64-bit time_t are listed under both names. */
const ELECTRON = [
  library("libgtk-3.so.0", "libgtk-3-0t64", "libgtk-3-0"),
  library("libnss3.so", "libnss3"),
  library("libasound.so.2", "libasound2t64", "libasound2"),
  library("libgbm.so.1", "libgbm1"),
  library("libcups.so.2", "libcups2t64", "libcups2"),
  library("libatk-1.0.so.0", "libatk1.0-0t64", "libatk1.0-0"),
  library("libatk-bridge-2.0.so.0", "libatk-bridge2.0-0t64", "libatk-bridge2.0-0"),
  library("libatspi.so.0", "libatspi2.0-0t64", "libatspi2.0-0"),
  library("libdbus-1.so.3", "libdbus-1-3"),
  library("libX11.so.6", "libx11-6"),
  library("libXcomposite.so.1", "libxcomposite1"),
  library("libXdamage.so.1", "libxdamage1"),
  library("libXext.so.6", "libxext6"),
  library("libXfixes.so.3", "libxfixes3"),
  library("libXrandr.so.2", "libxrandr2"),
  library("libxcb.so.1", "libxcb1"),
  library("libxkbcommon.so.0", "libxkbcommon0"),
  library("libudev.so.1", "libudev1"),
  // Notifications.
  library("libnotify.so.4", "libnotify4"),
];

/** A text font: without one, Chromium draws empty boxes. `pattern` is fontconfig's. */
const FONT = { kind: "font", name: "a text font", pattern: ":lang=en", packages: ["fonts-dejavu-core"] };
const SCREEN = [program("Xvfb", "xvfb"), FONT];
const TESTS = [
  program("setfattr", "attr"),
  program("setfacl", "acl"),
  program("setcap", "libcap2-bin"),
  program("setpriv", "util-linux"),
  program("useradd", "passwd"),
  program("Xephyr", "xserver-xephyr"),
  program("Xwayland", "xwayland"),
  program("weston"),
  program("xdotool"),
  program("xclip"),
  program("xeyes", "x11-apps"),
  program("desktop-file-validate", "desktop-file-utils"),
  program("xdg-mime", "xdg-utils"),
  program("gio", "libglib2.0-bin"),
  program("update-mime-database", "shared-mime-info"),
  program("chattr", "e2fsprogs"),
  // The type faces of the pictures in e2e/baselines/.
  ...["DejaVu Sans", "DejaVu Sans Mono"].map((name) => ({
    kind: "font",
    name,
    pattern: name,
    packages: ["fonts-dejavu-core"],
  })),
  // What a desktop opens hostile documents with.
  program("gs", "ghostscript"),
  program("xdg-open", "xdg-utils"),
  program("file"),
  // Services of the user's that attacks try to reach.
  program("tmux"),
  program("git"),
  program("ssh-agent", "openssh-client"),
  program("dbus-daemon", "dbus-daemon", "dbus"),
  program("dbus-send", "dbus-bin", "dbus"),
  // What shows notifications.
  program("dunst"),
  // Another package manager's records.
  program("rpmbuild", "rpm"),
  // A server that is upgraded in a session.
  program("apache2"),
  program("openssl"),
  program("curl"),
  program("xz", "xz-utils"),
  program("zstd"),
  program("dpkg-deb", "dpkg"),
  program("dpkg-shlibdeps", "dpkg-dev"),
  program("bzip2"),
  // What compiles the shipped AppArmor profile.
  program("apparmor_parser", "apparmor"),
  // What asks for an administrator's password, and what answers in its place.
  program("pkexec", "pkexec", "policykit-1"),
  program("pkaction", "polkitd", "policykit-1"),
  { kind: "file", name: "/usr/lib/polkit-1/polkitd", packages: ["polkitd", "policykit-1"] },
  // A virus scanner; the tests bring a signature of their own.
  program("clamscan", "clamav"),
];
/** What carries and filters the network of a session that has one, and what the tests make networks of. */
const NETWORK = [program("pasta", "passt"), program("nft", "nftables"), program("ip", "iproute2")];
/** For a test program of 32 bits, whose calls have other numbers. */
if (process.arch === "x64") {
  TESTS.push({ kind: "file", name: "/usr/lib32/libc.a", packages: ["gcc-multilib"] });
}

/** What the measurements compare with, besides what the tests need. */
const BENCH = [program("postmark"), program("nginx"), program("wrk"), program("strace"), program("python3")];

/** What a Debian package is made with, besides what the app needs. */
const PACKAGE = [program("dpkg-deb", "dpkg"), program("dpkg-shlibdeps", "dpkg-dev")];

/** Purposes that come after set-up for another one, and what they need. */
const INSTEAD = { bench: BENCH, package: PACKAGE };

/** Sees to it that what `purpose` ("start", "test", "bench" or "package") needs is there. */
export async function checkSystem(purpose) {
  const needs = [...(INSTEAD[purpose] ?? [...BUILD, ...ELECTRON])];
  if (purpose === "test") needs.push(...SCREEN, ...TESTS, ...NETWORK);
  else if (purpose === "start" && !hasDisplay()) needs.push(...SCREEN);

  let missing = await findMissing(needs);
  if (missing.length === 0) return;
  const names = () => missing.map((need) => need.name).join(", ");
  if (!hasProgram("apt-get")) {
    throw new SetupError(
      `Missing on this machine: ${names()}.\nInstall them with your distribution's package manager.`,
    );
  }
  if (process.geteuid() !== 0) {
    const packages = await choosePackages(missing);
    throw new SetupError(
      `Missing on this machine: ${names()}. Type this, then try again:\n` +
        `    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(" ")}`,
    );
  }
  await timed(`Debian packages for ${names()}`, () => install(missing));
  missing = await findMissing(needs);
  if (missing.length > 0) throw new SetupError(`apt-get succeeded, and these are still missing: ${names()}.`);
}

export function hasDisplay() {
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Returns the absolute path of a program on PATH, or undefined. */
export function hasProgram(name) {
  if (name.startsWith("/")) return existsSync(name) ? name : undefined;
  for (const dir of [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"]) {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return join(dir, name);
    } catch {
      // Not in this directory; the next one may have it.
    }
  }
  return undefined;
}

async function findMissing(needs) {
  const listing = await run("/sbin/ldconfig", ["-p"]);
  const libraries = new Set(listing.stdout.split("\n").map((line) => line.trim().split(" ")[0]));
  const missing = [];
  for (const need of needs) {
    if (need.kind === "program" && hasProgram(need.name)) continue;
    if (need.kind === "library" && libraries.has(need.name)) continue;
    if (need.kind === "file" && existsSync(need.name)) continue;
    if (need.kind === "font" && (await run("fc-list", [need.pattern, "family"])).stdout.trim() !== "")
      continue;
    missing.push(need);
  }
  return missing;
}

async function install(missing) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const attempt = async () =>
    run("apt-get", ["install", "-y", "--no-install-recommends", ...(await choosePackages(missing))], { env });
  if ((await attempt()).status === 0) return;
  // Most often the package lists are absent (a container) or too old; what apt-get update says is shown when the
  // second attempt fails too.
  const update = await run("apt-get", ["update"], { env });
  const second = await attempt();
  if (second.status !== 0) {
    throw new SetupError(
      `${update.output}\n${second.output.trimEnd()}\n\napt-get could not install the packages.`,
    );
  }
}

/** Returns for each need the first of its packages that this distribution has; the last one when it has none. */
async function choosePackages(needs) {
  const chosen = new Set();
  for (const need of needs) {
    let choice = need.packages.at(-1);
    for (const name of need.packages.slice(0, -1)) {
      const policy = await run("apt-cache", ["policy", name]);
      if (/Candidate: (?!\(none\))/.test(policy.stdout)) {
        choice = name;
        break;
      }
    }
    chosen.add(choice);
  }
  return [...chosen];
}
