// A real Debian source package, configured and made.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../scripts/setup/paths.mjs";
import { test } from "../e2e/test.js";
import { clock, interleave, milliseconds, ratio, report } from "./measure.js";

const PACKAGE = "hello";

test("build", async ({ machine }, info) => {
  const source = fetchSource();
  const tree = join(machine.home, "source");
  cpSync(source, tree, { recursive: true, preserveTimestamps: true });
  if (machine.account.uid !== process.geteuid?.()) {
    execFileSync("chown", ["-R", `${machine.account.uid}:${machine.account.gid}`, tree]);
  }
  const build = [
    "sh",
    "-c",
    `cp -a ${tree} build && cd build && ./configure -q >/dev/null 2>&1 && make -s >/dev/null 2>&1`,
  ];
  const timed = (prefix: string[]) => async () => {
    const time = await clock(async () => {
      const result = await machine.run([...prefix, ...build]);
      if (result.status !== 0) throw new Error(`the build failed: ${result.stderr}`);
    });
    rmSync(join(machine.home, "build"), { recursive: true, force: true });
    return time;
  };
  const times = await interleave(3, {
    native: timed([]),
    session: timed([machine.installation.helper, "run", "--abort", "--"]),
  });
  report(info, {
    what: `\`./configure && make\` of ${PACKAGE}`,
    reached: ratio(times.session / times.native),
    wanted: "≤ 1.03×",
    how: `${milliseconds(times.session)} against ${milliseconds(times.native)} native, 3 runs each`,
  });
});

/** Returns the unpacked source, fetched with sources lists of its own: the machine's stay as they are. */
function fetchSource(): string {
  const room = join(CACHE, "bench-source");
  const found = () =>
    readdirSync(room).find(
      (name) => name.startsWith(`${PACKAGE}-`) && existsSync(join(room, name, "configure")),
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
  execFileSync("apt-get", [...options, "source", "--only-source", PACKAGE], { cwd: room, stdio: "ignore" });
  const name = found();
  if (name === undefined) throw new Error(`apt-get source ${PACKAGE} left no source tree in ${room}`);
  return join(room, name);
}
