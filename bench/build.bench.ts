// A real Debian source package, configured and made: in a session, natively, and (in system mode) with the whole tree on an
// overlayfs mount and nothing around it: an ordinary user cannot mount one over a tree that has mounts in it.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "../e2e/test.js";
import { clock, interleave, milliseconds, ratio, report } from "./measure.js";
import { fetchSource } from "./source.js";

const PACKAGE = "hello";
const ROUNDS = 5;

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
  const mount = `mkdir -p ${overlay}/u ${overlay}/w ${overlay}/m && cd ${overlay} &&
    mount -t overlay overlay -o lowerdir=/,upperdir=u,workdir=w m &&
    mount --rbind /dev m/dev && mount --rbind /proc m/proc && exec chroot m sh -c 'cd ${machine.home} && ${work}'`;
  const timed = (command: string[]) => async () => {
    // What the one before left for the disk is not to be written in this one's time.
    execFileSync("sync", ["--file-system", machine.home]);
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
  const contestants: Record<string, () => Promise<number>> = {
    native: timed(build),
    recorded: timed([...session, "--", ...build]),
    unrecorded: timed([...session, "--reads", "off", "--", ...build]),
  };
  if (machine.account.mode === "system") {
    contestants["bare overlayfs"] = timed(["unshare", "--mount", "sh", "-c", mount]);
  }
  const times = new Map(Object.entries(await interleave(ROUNDS, contestants)));
  const peers = ["native", "bare overlayfs"].filter((peer) => times.has(peer));
  const tell = (how: string, who: string, wanted: string) => {
    const time = (name: string) => times.get(name) ?? Number.NaN;
    report(info, {
      what: `\`./configure && make\` of ${PACKAGE}, ${how}`,
      reached: peers.map((peer) => `${ratio(time(who) / time(peer))} of ${peer}`).join(", "),
      wanted,
      how: `${[who, ...peers].map((name) => milliseconds(time(name))).join(", ")}, ${ROUNDS} runs each`,
    });
  };
  tell("with `--reads off`", "unrecorded", "≤ 1.02× of native");
  tell("reads recorded", "recorded", "≤ 1.03× of native");
});
