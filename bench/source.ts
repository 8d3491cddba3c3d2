// Source trees of Debian packages.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../scripts/setup/paths.mjs";

/** Returns the unpacked source, fetched with sources lists of its own: the machine's stay as they are. */
export function fetchSource(name: string): string {
  const room = join(CACHE, "bench-source");
  const found = () =>
    readdirSync(room).find(
      (entry) => entry.startsWith(`${name}-`) && existsSync(join(room, entry, "configure")),
    );
  mkdirSync(join(room, "lists/partial"), { recursive: true });
  const ready = found();
  if (ready !== undefined) return join(room, ready);
  const list = join(room, "sources.list");
  writeFileSync(
    list,
    "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main\n",
  );
  const options = [
    "-o",
    `Dir::Etc::sourcelist=${list}`,
    "-o",
    "Dir::Etc::sourceparts=/dev/null",
    "-o",
    `Dir::State::lists=${room}/lists`,
  ];
  // As root, apt drops to its own user, which may not enter a private checkout.
  options.push("-o", "APT::Sandbox::User=root");
  execFileSync("apt-get", [...options, "update"], { cwd: room, stdio: "ignore" });
  execFileSync("apt-get", [...options, "source", "--only-source", name], { cwd: room, stdio: "ignore" });
  const tree = found();
  if (tree === undefined) throw new Error(`apt-get source ${name} left no source tree in ${room}`);
  return join(room, tree);
}
