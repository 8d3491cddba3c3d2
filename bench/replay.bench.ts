// A commit takes over what is there in the end. What would it cost to do again, one after the other, all that the programs did?
// The log of operations is made here alone, from what strace saw of the same work; making it is not measured.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "../e2e/test.js";
import type { Machine } from "../e2e/harness/machine.js";
import { clock, median, milliseconds, ratio, report } from "./measure.js";
import { fetchSource } from "./source.js";

const ROUNDS = 3;

/** All by which files and directories come, change and go, and what is needed to know which ones. */
const CALLS = [
  "open,openat,creat,close,dup,dup2,dup3,fcntl,read,write,pwrite64,lseek,ftruncate,fchmod,chmod,fchmodat,unlink,unlinkat,rmdir",
  "mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,chdir,fchdir,clone,clone3,fork,vfork",
].join(",");

/** Calls that bring content where strace does not see it. */
const UNSEEN = "copy_file_range,sendfile";

const here = (name: string) => join(import.meta.dirname, "replay", name);

interface Work {
  what: string;
  script: string;
  /** What the papers' authors measured, in seconds: log, state. */
  papers: string;
}

test("replay: tar", async ({ machine }, info) => {
  const archive = machine.path("home/tree.tar");
  const tree = machine.directory("home/source/tree");
  await succeed(machine, [
    "sh",
    "-c",
    `cd ${tree} && for d in $(seq 26); do mkdir d$d; for f in $(seq 100); do
    head -c 10000 /dev/urandom >d$d/f$f; done; done; tar -cf ${archive} -C .. tree`,
  ]);
  await compare(machine, info, {
    what: "tar: unpack 26 MB",
    script: `tar -xf ${archive}`,
    papers: ".14 and .03",
  });
});

test("replay: churn", async ({ machine }, info) => {
  const orders = machine.file(
    "home/postmark.txt",
    "set location .\nset number 500\nset transactions 5000\nset size 500 5000\nrun\nquit\n",
  );
  await compare(machine, info, {
    what: "`postmark`, 500 files and 5,000 transactions, and a file at the end",
    script: `postmark <${orders} >/dev/null; echo done >result`,
    papers: "225 and .07",
  });
});

test("replay: build", async ({ machine }, info) => {
  const archive = machine.path("home/source.tar");
  execFileSync("tar", ["-cf", archive, "-C", fetchSource("hello"), "."]);
  await compare(machine, info, {
    what: "`./configure && make` of hello, its source unpacked first",
    script: `tar -xf ${archive} --no-same-owner && ./configure -q >/dev/null 2>&1 && make -s >/dev/null 2>&1`,
    papers: "16.9 and .35",
  });
});

/** Does the same work for the log and in a session, then takes it over in both ways, in turns. */
async function compare(machine: Machine, info: Parameters<typeof report>[0], work: Work): Promise<void> {
  const room = machine.directory("home/room");
  const [trace, log] = [machine.path("home/trace"), machine.path("home/log")];
  const replay = machine.path("home/replay");
  execFileSync("gcc", ["-O2", "-Wall", "-o", replay, here("replay.c")]);
  const empty = () => succeed(machine, ["sh", "-c", "rm -rf -- ..?* .[!.]* *"], room);

  const strace = [
    "strace",
    "-f",
    "-qq",
    "-y",
    "-xx",
    "-s",
    "2000000",
    "-e",
    "signal=none",
    "-e",
    "raw=read",
    "-e",
    `trace=${CALLS},${UNSEEN}`,
    // What they copy within the kernel shows nowhere; refused, programs read and write.
    "-e",
    `inject=${UNSEEN}:error=ENOSYS`,
  ];
  await succeed(machine, [...strace, "-o", trace, "sh", "-c", work.script], room);
  await succeed(machine, ["python3", here("operations.py"), trace, log, room]);
  await succeed(machine, ["mv", room, `${room}.expected`]);
  machine.directory("home/room");

  let operations = "";
  const times: Record<"log" | "undurable" | "state", number[]> = { log: [], undurable: [], state: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const [count = "", all, calls] = (await succeed(machine, [replay, log], room)).trim().split(" ");
    operations = count;
    times.log.push(Number(all) / 1e6);
    times.undurable.push(Number(calls) / 1e6);
    // A log that left something out would be cheap.
    await succeed(machine, ["diff", "-r", "--no-dereference", room, `${room}.expected`]);
    await empty();
    const name = `work-${round}`;
    const session = [
      machine.installation.helper,
      "run",
      "--name",
      name,
      "--keep",
      "-q",
      "--tty",
      "never",
      "--",
    ];
    await succeed(machine, [...session, "sh", "-c", work.script], room);
    times.state.push(await clock(() => machine.alcatraz("commit", name, "--json")));
    expect((await machine.run(["sh", "-c", "ls -A"], room)).stdout).toBe(
      (await machine.run(["sh", "-c", "ls -A"], `${room}.expected`)).stdout,
    );
    await empty();
  }
  const [byLog, byState] = [median(times.log), median(times.state)];
  report(info, {
    what: `commit by log and by state: ${work.what}`,
    reached: `${milliseconds(byLog)} and ${milliseconds(byState)}: ${ratio(byLog / byState)}`,
    wanted: "reported",
    how: `${Number(operations).toLocaleString("en")} operations done again (${milliseconds(median(times.undurable))} without the last wait for the disk) and \`alcatraz commit\`, whole, on the disk; ${ROUNDS} runs each; the papers had ${work.papers} s`,
  });
}

async function succeed(machine: Machine, command: string[], cwd?: string): Promise<string> {
  const result = await machine.run(command, cwd);
  if (result.status !== 0) throw new Error(`${command.join(" ")}: ${result.status}\n${result.stderr}`);
  return result.stdout;
}
