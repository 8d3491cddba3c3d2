// What recording reads costs: many small files read, and many made and unmade; in a session, on an overlayfs mount with
// nothing around it, and natively. And the check and the listing of large read sets.
import { join } from "node:path";
import { expect, test } from "../e2e/test.js";
import type { Machine } from "../e2e/harness/machine.js";
import { clock, interleave, median, milliseconds, ratio, report } from "./measure.js";

const FILES = 40_000;
const READ = 100_000;
const MILLION = 1_000_000;

/** Measures itself from inside, so that making the SEE is no part of it: prints nanoseconds. */
const timed = (body: string) => `
set -e
cd "$1"
begin=$(date +%s%N)
${body}
end=$(date +%s%N)
echo $((end - begin))
`;

/** Runs a script in a directory in three ways, in turns, and reports its times. */
async function compare(
  machine: Machine,
  body: string,
  rounds: number,
): Promise<Record<"native" | "overlay" | "session", number>> {
  const room = machine.directory("home/room");
  const script = machine.file("home/script.sh", timed(body));
  const user = machine.account.mode === "user" ? ["--map-root-user"] : [];
  const overlay = machine.directory("home/overlay");
  const mount = `mkdir -p ${overlay}/u ${overlay}/w ${overlay}/m && mount -t overlay overlay -o lowerdir=${room},upperdir=${overlay}/u,workdir=${overlay}/w${
    user.length > 0 ? ",userxattr" : ""
  } ${overlay}/m && exec sh ${script} ${overlay}/m`;
  const contestant = (command: string[]) => async () => {
    const result = await machine.run(command);
    if (result.status !== 0) throw new Error(`${command.join(" ")}: ${result.stderr}`);
    return Number(result.stdout.trim().split("\n").at(-1)) / 1e6;
  };
  const inside = ["sh", script, room];
  return interleave(rounds, {
    native: contestant(inside),
    overlay: contestant(["unshare", "--mount", ...user, "sh", "-c", mount]),
    session: contestant([
      machine.installation.helper,
      "run",
      "--tty",
      "never",
      "--abort",
      "-q",
      "--",
      ...inside,
    ]),
  });
}

/** Makes small files on the host, as the account would. */
async function makeFiles(machine: Machine, directory: string, count: number): Promise<void> {
  const program = machine.file(
    "home/make.py",
    `import os, sys
top, count = sys.argv[1], int(sys.argv[2])
for number in range(count):
    if number % 50 == 0:
        os.makedirs(f"{top}/d{number // 2500}/e{number // 50}", exist_ok=True)
    with open(f"{top}/d{number // 2500}/e{number // 50}/file{number}.c", "w") as out:
        out.write("int x; /* some text */\\n" * 20)
`,
  );
  const made = await machine.run(["/usr/bin/python3", program, directory, String(count)]);
  expect(made.status, made.stderr).toBe(0);
}

test("tracking: grep", async ({ machine }, info) => {
  await makeFiles(machine, machine.directory("home/room"), FILES);
  const times = await compare(machine, "grep -rq 'no such text' . || true", 5);
  report(info, {
    what: `\`grep -r\` over ${FILES.toLocaleString("en")} small files`,
    reached: `${ratio(times.session / times.overlay)} of bare overlayfs, ${ratio(times.session / times.native)} of native`,
    wanted: "≤ 1.40× of bare overlayfs",
    how: `${milliseconds(times.session)}, ${milliseconds(times.overlay)} and ${milliseconds(times.native)}, 5 runs each`,
  });
});

test("tracking: postmark", async ({ machine }, info) => {
  const orders = "set location .\nset number 5000\nset transactions 20000\nset size 500 5000\nrun\nquit\n";
  const file = machine.file("home/postmark.txt", orders);
  const times = await compare(machine, `postmark <${file} >/dev/null`, 5);
  report(info, {
    what: "`postmark`, 5,000 files and 20,000 transactions",
    reached: `${ratio(times.session / times.overlay)} of bare overlayfs, ${ratio(times.session / times.native)} of native`,
    wanted: "≤ 1.10× of bare overlayfs",
    how: `${milliseconds(times.session)}, ${milliseconds(times.overlay)} and ${milliseconds(times.native)}, 5 runs each`,
  });
});

test("tracking: check", async ({ machine }, info) => {
  await makeFiles(machine, machine.directory("home/room"), READ);
  const script = `find ${join(machine.home, "room")} -type f -exec cat {} + >/dev/null; echo x >result`;
  await machine.alcatraz("run", "--name", "reader", "--keep", "-q", "--", "sh", "-c", script);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    times.push(
      await clock(async () => {
        const { consistent } = JSON.parse(await machine.alcatraz("check", "reader", "--json")) as {
          consistent: boolean;
        };
        expect(consistent).toBe(true);
      }),
    );
  }
  const { reads } = JSON.parse(await machine.alcatraz("reads", "reader", "--json")) as { reads: unknown[] };
  expect(reads.length).toBeGreaterThanOrEqual(READ);
  report(info, {
    what: `check of a read set of ${READ.toLocaleString("en")} entries`,
    reached: milliseconds(median(times)),
    wanted: "≤ 1 s",
    how: "`alcatraz check --json`, whole; 5 runs",
  });
});

test("tracking: a million", async ({ machine }, info) => {
  const program = machine.file(
    "home/ask.py",
    `import os
for number in range(${MILLION}):
    try:
        os.open(f"none{number}", os.O_RDONLY)
    except FileNotFoundError:
        pass
`,
  );
  await machine.alcatraz("run", "--name", "asker", "--keep", "-q", "--", "/usr/bin/python3", program);
  // What the command line itself needs, in milliseconds and KiB; its output is counted and thrown away.
  const meter = machine.file(
    "home/meter.py",
    `import resource, subprocess, sys, time
begin = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
size = sum(len(part) for part in iter(lambda: child.stdout.read(1 << 20), b""))
assert child.wait() == 0
print((time.monotonic() - begin) * 1000, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, size)
`,
  );
  for (const words of [
    ["reads", "asker", "--json"],
    ["check", "asker", "--json"],
  ]) {
    const runs: number[][] = [];
    for (let round = 0; round < 3; round++) {
      const ran = await machine.run(["/usr/bin/python3", meter, machine.installation.helper, ...words]);
      expect(ran.status, ran.stderr).toBe(0);
      runs.push(ran.stdout.trim().split(" ").map(Number));
    }
    const of = (place: number) => median(runs.map((run) => run[place] ?? Number.NaN));
    if (words[0] === "reads") expect(of(2)).toBeGreaterThan(MILLION * 100);
    report(info, {
      what: `\`alcatraz ${words[0]}\` of a read set of ${MILLION.toLocaleString("en")} entries`,
      reached: `${milliseconds(of(0))}, ${(of(1) / 1024).toFixed(0)} MiB`,
      wanted: "usable",
      how: `whole, as JSON (${(of(2) / 1e6).toFixed(0)} MB); median of 3 runs and their greatest resident size`,
    });
  }
});
