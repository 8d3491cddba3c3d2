// The real pkexec and polkitd for one test: on a system bus and with rules of the test's own, in a mount name space that nobody
// else is in. Needs root. Of the machine's own bus, rules and store nothing is used and nothing changed.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/setup/paths.mjs";
import type { Machine } from "./machine.js";

/** What polkit says of the person who asks: yes, no, or that a password is asked for by an agent, of which there is none. */
export type Verdict = "YES" | "NO" | "NOT_HANDLED";

/** Where root's helper keeps its sessions. */
const STORE = "/var/lib/alcatraz";
const POLICY = "assets/polkit/io.github.alcatraz.policy";
/** Where the policy says that the helper lies. */
const PACKAGED = "/opt/Alcatraz/resources/bin/alcatraz";

/** In the name space: a bus, polkitd and an empty store; all goes with the end of stdin. Words of these daemons go to stderr. */
const SCRIPT = `
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/dbus
mount -t tmpfs -o mode=755 tmpfs /etc/polkit-1
mount -t tmpfs -o mode=755 tmpfs /usr/share/polkit-1/actions
mount -t tmpfs -o mode=700 tmpfs ${STORE}
mkdir -m 755 /etc/polkit-1/rules.d
printf '%s' "$RULE" >/etc/polkit-1/rules.d/10-test.rules
printf '%s' "$POLICY" >/usr/share/polkit-1/actions/io.github.alcatraz.policy
dbus-daemon --system --nofork --nopidfile >&2 &
bus=$!
until test -S /run/dbus/system_bus_socket; do kill -0 $bus; sleep 0.02; done
/usr/lib/polkit-1/polkitd --no-debug >&2 &
polkit=$!
until dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner \\
  string:org.freedesktop.PolicyKit1 >/dev/null 2>&1; do kill -0 $bus; kill -0 $polkit; sleep 0.02; done
pkaction --verbose --action-id io.github.alcatraz.whole-machine
echo ready
cat >/dev/null
kill $polkit $bus
# What the store had on other file systems bears its name, which is in its data base.
cut -d' ' -f2 /proc/self/mounts | while read -r point; do
  for room in "$point"/.alcatraz-*; do
    if test -d "$room" && grep -qas "\${room##*-}" ${STORE}/alcatraz.db*; then rm -rf "$room"; fi
  done
done
`;

export class Polkit {
  private constructor(
    private readonly process: ChildProcess,
    /** The machine, in that name space. */
    readonly machine: Machine,
    /** What polkit itself has read of the shipped policy. */
    readonly action: string,
    private readonly made: boolean,
  ) {}

  static async start(machine: Machine, verdict: Verdict): Promise<Polkit> {
    const { account, installation } = machine;
    const helper = realpathSync(installation.helper);
    const made = !existsSync(STORE);
    if (made) mkdirSync(STORE, { mode: 0o700 });
    const rule = `polkit.addRule(function (action, subject) {
      if (action.id == "io.github.alcatraz.whole-machine" && subject.user == "${account.user}") return polkit.Result.${verdict};
    });`;
    const policy = readFileSync(join(ROOT, POLICY), "utf8").replace(PACKAGED, helper);
    const child = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", SCRIPT], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { PATH: process.env["PATH"] ?? "", RULE: rule, POLICY: policy },
    });
    let said = "";
    const started = new Promise<void>((ready, failed) => {
      child.stdout.on("data", (data: Buffer) => {
        said += data.toString();
        if (said.endsWith("ready\n")) ready();
      });
      child.once("exit", (status) => failed(new Error(`polkit did not start (${status}): ${said}`)));
      child.once("error", failed);
    });
    await started.catch((error: unknown) => {
      child.kill();
      if (made) removeEmpty(STORE);
      throw error;
    });
    const enter = ["nsenter", `--mount=/proc/${child.pid}/ns/mnt`, "--"];
    const there = Object.assign(Object.create(machine) as Machine, {
      account: { ...account, user: `${account.user}-asking`, become: [...enter, ...account.become] },
    });
    return new Polkit(child, there, said, made);
  }

  /** Runs a command as root there, and returns what it prints. */
  asRoot(...words: string[]): string {
    const enter = [`--mount=/proc/${this.process.pid}/ns/mnt`, "--"];
    return execFileSync("nsenter", [...enter, ...words], { encoding: "utf8" });
  }

  async stop(): Promise<void> {
    const ended = once(this.process, "exit");
    this.process.stdin?.end();
    await ended;
    if (this.made) removeEmpty(STORE);
  }
}

/** Removes a directory; one in which somebody has put something meanwhile is theirs. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!String(error).includes("ENOTEMPTY")) throw error;
  }
}
