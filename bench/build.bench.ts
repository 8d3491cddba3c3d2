// A real Debian source package, configured and made: in a session, with the whole tree on an overlayfs mount and nothing around
// it, and natively.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "../e2e/test.js";
import { clock, interleave, milliseconds, ratio, report } from "./measure.js";
import { fetchSource } from "./source.js";

const PACKAGE = "hello";

test("build", async ({ machine }, info) => {
  const source = fetchSource(PACKAGE);
  const tree = join(machine.home, "source");
  cpSync(source, tree, { recursive: true, preserveTimestamps: true });
  if (machine.account.uid !== process.geteuid?.()) {
    execFileSync("chown", ["-R", `${machine.account.uid}:${machine.account.gid}`, tree]);
  }
  const work = `cp -a ${tree} build && cd build && ./configure -q >/dev/null 2>&1 && make -s >/dev/null 2>&1`;
  const build = ["sh", "-c", work];
  const overlay = join(machine.home, "overlay");
  const isUser = machine.account.mode === "user";
  const mount = `mkdir -p ${overlay}/u ${overlay}/w ${overlay}/m && cd ${overlay} &&
    mount -t overlay overlay -o lowerdir=/,upperdir=u,workdir=w${isUser ? ",userxattr" : ""} m &&
    mount --rbind /dev m/dev && mount --rbind /proc m/proc && exec chroot m sh -c 'cd ${machine.home} && ${work}'`;
  const timed = (command: string[]) => async () => {
    const time = await clock(async () => {
      const result = await machine.run(command);
      if (result.status !== 0) throw new Error(`the build failed: ${result.stderr}`);
    });
    for (const left of ["build", "overlay"]) {
      rmSync(join(machine.home, left), { recursive: true, force: true });
    }
    return time;
  };
  const session = [machine.installation.helper, "run", "--abort"];
  const times = await interleave(3, {
    native: timed(build),
    overlay: timed(["unshare", "--mount", ...(isUser ? ["--map-root-user"] : []), "sh", "-c", mount]),
    recorded: timed([...session, "--", ...build]),
    unrecorded: timed([...session, "--reads", "off", "--", ...build]),
  });
  const tell = (how: string, time: number, wanted: string) =>
    report(info, {
      what: `\`./configure && make\` of ${PACKAGE}, ${how}`,
      reached: `${ratio(time / times.native)} of native, ${ratio(time / times.overlay)} of bare overlayfs`,
      wanted,
      how: `${milliseconds(time)}, ${milliseconds(times.native)} and ${milliseconds(times.overlay)}, 3 runs each`,
    });
  tell("with `--reads off`", times.unrecorded, "≤ 1.02× of native");
  tell("reads recorded", times.recorded, "≤ 1.03× of native");
});
