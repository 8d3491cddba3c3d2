// The Debian package: which file lies where on a system, what it depends on, what is done when it comes and goes.
// Knows nothing of how the app was built.
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { arch } from "node:process";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "../scripts/setup/paths.mjs";
import { must } from "../scripts/setup/run.mjs";

/** Where the shipped AppArmor profile expects the app. */
const HOME = "/opt/Alcatraz";
const HELPER = `${HOME}/resources/bin/alcatraz`;
const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };

/** What sessions can use if it is there: networks, graphical programs, a password dialog. `doctor` tells what is missing. */
const RECOMMENDED = [
  "passt",
  "nftables",
  "iproute2",
  "xserver-xephyr | xwayland",
  "xauth",
  "xdg-utils",
  "pkexec | policykit-1",
];
const SUGGESTED = ["clamav", "meld"];

const ENTRY = `[Desktop Entry]
Type=Application
Name=Alcatraz
GenericName=Safe Execution Environment
Comment=Run software you do not trust yet, then keep or discard what it changed
Exec=${HOME}/alcatraz --sample=${HOME}/resources/sample
Icon=alcatraz
Terminal=false
StartupWMClass=Alcatraz
Categories=System;Security;
Keywords=sandbox;try;install;undo;
`;

/** The profile is of use, and can be read, only where AppArmor is new enough to forbid name spaces. */
const PROFILE = "/etc/apparmor.d/alcatraz";
const AFTER_INSTALL = `#!/bin/sh
set -e
if [ "$1" = configure ] && [ -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ] && command -v apparmor_parser >/dev/null; then
  if apparmor_parser --skip-kernel-load --skip-cache ${HOME}/resources/apparmor >/dev/null 2>&1; then
    install -m 644 ${HOME}/resources/apparmor ${PROFILE}
    apparmor_parser --replace ${PROFILE} || echo "alcatraz: the AppArmor profile was not loaded; it is at the next start of this machine" >&2
  fi
fi
`;
const AFTER_REMOVAL = `#!/bin/sh
set -e
if [ "$1" = remove ] || [ "$1" = purge ]; then
  if grep -qs ${HOME}/alcatraz ${PROFILE}; then
    apparmor_parser --remove ${PROFILE} || echo "alcatraz: its AppArmor profile goes at the next start of this machine" >&2
    rm ${PROFILE}
  fi
fi
`;

/**
 * Makes a package of the app in `app` and returns its path. One for trial is older than the version that it is of, hardly compressed, and
 * gives nothing the rights of root. Sessions and settings of people are no part of it and stay when it is removed.
 */
export async function buildDeb(app, output, release, isTrial) {
  const version = isTrial ? `${release}~trial` : release;
  const architecture = ARCHITECTURES[arch];
  const root = join(output, "deb");
  rmSync(root, { recursive: true, force: true });
  const put = (path, content, mode = 0o644) => {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    chmodSync(target, mode);
  };
  const copy = (from, to) => put(to, readFileSync(join(ROOT, from)));

  mkdirSync(join(root, "opt"), { recursive: true });
  cpSync(app, join(root, HOME), { recursive: true });
  copy("assets/apparmor/alcatraz", `${HOME}/resources/apparmor`);
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  symlinkSync(HELPER, join(root, "usr/bin/alcatraz"));
  put("usr/share/applications/alcatraz.desktop", ENTRY);
  copy("assets/icons/alcatraz.svg", "usr/share/icons/hicolor/scalable/apps/alcatraz.svg");
  copy("assets/icons/alcatraz.png", "usr/share/icons/hicolor/256x256/apps/alcatraz.png");
  // By it the password dialog says what is wanted, and of which program.
  copy("assets/polkit/io.github.alcatraz.policy", "usr/share/polkit-1/actions/io.github.alcatraz.policy");
  copy("LICENSE", "usr/share/doc/alcatraz/copyright");
  put(
    "usr/share/doc/alcatraz/changelog.gz",
    gzipSync(readFileSync(join(ROOT, "CHANGELOG.md")), { level: 9 }),
  );
  const helper = join(root, HELPER);
  const tell = (...words) => must(helper, words);
  put("usr/share/man/man1/alcatraz.1.gz", gzipSync(await tell("man"), { level: 9 }));
  put("usr/share/bash-completion/completions/alcatraz", await tell("completions", "bash"));
  put("usr/share/zsh/vendor-completions/_alcatraz", await tell("completions", "zsh"));
  put("usr/share/fish/vendor_completions.d/alcatraz.fish", await tell("completions", "fish"));

  put("DEBIAN/postinst", AFTER_INSTALL, 0o755);
  put("DEBIAN/postrm", AFTER_REMOVAL, 0o755);
  put("DEBIAN/control", control(version, architecture, await dependencies(root)));
  await must("chmod", ["-R", "u=rwX,go=rX", root]);
  // Where there are no user name spaces, the window has a sandbox by this alone, and can tell what the machine lacks.
  if (!isTrial) chmodSync(join(root, HOME, "chrome-sandbox"), 0o4755);
  const deb = join(output, `alcatraz_${version}_${architecture}.deb`);
  const compression = isTrial ? ["-Zgzip", "-z1"] : ["-Zxz"];
  await must("dpkg-deb", ["--root-owner-group", ...compression, "--build", root, deb]);
  return deb;
}

function control(version, architecture, depends) {
  return `Package: alcatraz
Version: ${version}
Architecture: ${architecture}
Maintainer: The Alcatraz developers
Section: admin
Priority: optional
Depends: ${depends}
Recommends: ${RECOMMENDED.join(", ")}
Suggests: ${SUGGESTED.join(", ")}
Description: run software you do not trust yet, keep only what you want
 A Safe Execution Environment: a program sees the real machine and runs as it
 always would, but nothing that it writes leaves its session. Review the changes,
 commit what you want after a check against the machine, or abort. A commit can
 be undone.
`;
}

/** Returns the packages, with the oldest versions that serve, whose libraries the app and the helper were built on. */
async function dependencies(root) {
  // The tool wants to be called where a Debian source package lies.
  const source = join(root, "..", "shlibdeps");
  mkdirSync(join(source, "debian"), { recursive: true });
  writeFileSync(
    join(source, "debian", "control"),
    "Source: alcatraz\n\nPackage: alcatraz\nArchitecture: any\n",
  );
  const programs = [join(root, HOME, "alcatraz"), join(root, HELPER)];
  const own = [`-l${join(root, HOME)}`];
  const said = await must("dpkg-shlibdeps", ["-O", "--warnings=0", ...own, ...programs], { cwd: source });
  const found = /^shlibs:Depends=(.+)$/m.exec(said)?.[1];
  if (found === undefined) throw new Error(`dpkg-shlibdeps told no dependencies: ${said}`);
  return found;
}
