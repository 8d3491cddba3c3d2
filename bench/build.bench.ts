// A real Debian source package, configured and made: in a session, natively, and (in system mode) with the whole tree on an
// overlayfs mount and nothing around it: an ordinary user cannot mount one over a tree that has mounts in it.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../e2e/harness/machine.js";
import { test } from "../e2e/test.js";
import { clock, interleave, milliseconds, ratio, report } from "./measure.js";
import { fetchSource } from "./source.js";

const PACKAGE = "hello";
const ROUNDS = 5;

/** Puts the source into the home of whoever builds it, and returns where. */
function placeSource(machine: Machine): string {
  const tree = join(machine.home, "source");
  cpSync(fetchSource(PACKAGE), tree, { recursive: true, preserveTimestamps: true });
  if (machine.account.uid !== process.geteuid?.()) {
    execFileSync("chown", ["-R", `${machine.account.uid}:${machine.account.gid}`, tree]);
  }
  return tree;
}

test("build", async ({ machine }, info) => {
  const tree = placeSource(machine);
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

// What two jobs gain over one: a supervisor that lets one call at a time go would take that away.
test("parallel", async ({ machine }, info) => {
  const tree = placeSource(machine);
  const configured = await machine.run(["sh", "-c", `cd ${tree} && ./configure -q`]);
  if (configured.status !== 0) throw new Error(`configure failed: ${configured.stderr}`);
  const timed = (before: string[], jobs: number) => async () => {
    execFileSync("sync", ["--file-system", machine.home]);
    const work = `cp -a ${tree} build && cd build && touch src/*.c lib/*.c && make -s -j${jobs} >/dev/null 2>&1`;
    const time = await clock(async () => {
      const result = await machine.run([...before, "sh", "-c", work]);
      if (result.status !== 0) throw new Error(`make -j${jobs} failed: ${result.stderr}`);
    });
    rmSync(join(machine.home, "build"), { recursive: true, force: true });
    return time;
  };
  const session = [machine.installation.helper, "run", "--abort", "--"];
  const times = await interleave(ROUNDS, {
    "native -j1": timed([], 1),
    "native -j2": timed([], 2),
    "recorded -j1": timed(session, 1),
    "recorded -j2": timed(session, 2),
  });
  const gain = (who: "native" | "recorded") => ratio(times[`${who} -j1`] / times[`${who} -j2`]);
  report(info, {
    what: `\`make -j2\` of ${PACKAGE}, reads recorded`,
    reached: `${gain("recorded")} as fast as \`-j1\`; natively ${gain("native")}`,
    wanted: "as much as natively",
    how: `${[times["recorded -j1"], times["recorded -j2"], times["native -j1"], times["native -j2"]].map(milliseconds).join(", ")}, ${ROUNDS} runs each`,
  });
});
