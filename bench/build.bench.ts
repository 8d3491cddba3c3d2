// A real Debian source package, configured and made.
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
  const session = [machine.installation.helper, "run", "--abort"];
  const times = await interleave(3, {
    native: timed([]),
    recorded: timed([...session, "--"]),
    unrecorded: timed([...session, "--reads", "off", "--"]),
  });
  const tell = (how: string, time: number, wanted: string) =>
    report(info, {
      what: `\`./configure && make\` of ${PACKAGE}, ${how}`,
      reached: ratio(time / times.native),
      wanted,
      how: `${milliseconds(time)} against ${milliseconds(times.native)} native, 3 runs each`,
    });
  tell("with `--reads off`", times.unrecorded, "≤ 1.02×");
  tell("reads recorded", times.recorded, "≤ 1.03×");
});
