// The host beside a test's home: mounts, settings of the kernel, key rings, and what processes and sockets of the test are
// left. What other programs of the machine do all the time is not compared.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { descendants } from "./processes.js";

/** Settings that are readings: the kernel counts in them. */
const COUNTERS =
  /^(?:fs\/(?:dentry-state|file-nr|inode-nr|inode-state|aio-nr|quota\/.*)|kernel\/(?:random\/.*|ns_last_pid|pty\/nr|spl\/.*|sched_domain\/.*)|net\/netfilter\/nf_conntrack_count|.*\/stat\/.*)$/;

/** Where other tests on the same machine mount what they need. */
const OF_OTHERS = /^(?:\S+ ){4}\/(?:tmp|var\/tmp|home)\//;

/** A trial session that finds out what this machine can enforce: the app begins with one, and it ends by itself. */
const OF_DOCTOR = "/proc/self/exe probe";

export interface HostFacts {
  mounts: string[];
  settings: Record<string, string>;
  keys: string[];
  /** Processes that belong to the test, but not to its app. */
  processes: string[];
  /** UNIX sockets below the test's directories. */
  sockets: string[];
}

/**
 * Returns the facts that a session must leave as they were. `base` is all that the test has on this machine, `app` the process of
 * its app, when one runs.
 */
export function describeHost(base: string, app?: number): HostFacts {
  return {
    mounts: lines("/proc/self/mountinfo").filter((line) => line.includes(base) || !OF_OTHERS.test(line)),
    settings: settings("/proc/sys"),
    keys: lines("/proc/keys").map((line) => line.replace(/^(\S+ \S+)\s+\d+\s+\S+/, "$1")),
    processes: processesOf(base, app),
    sockets: lines("/proc/net/unix")
      .map((line) => line.split(/\s+/)[7] ?? "")
      .filter((path) => path.startsWith(base))
      .toSorted(),
  };
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function settings(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (name: string): void => {
    for (const entry of readdirSync(join(root, name), { withFileTypes: true })) {
      const below = name === "" ? entry.name : `${name}/${entry.name}`;
      if (entry.isDirectory()) visit(below);
      else if (!COUNTERS.test(below)) found[below] = value(join(root, below));
    }
  };
  visit("");
  return found;
}

/** Returns what a file of the kernel's says; some can only be written, or only by root. */
function value(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unreadable";
  }
}

/**
 * A program belongs to the test when its environment names the test's directories. It is asked twice: one that ends
 * in between has lost its command line, but is not left.
 */
function processesOf(base: string, app?: number): string[] {
  const own = new Set(app === undefined ? [] : descendants(app).map(({ pid }) => pid));
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && !own.has(Number(name)));
  const belongs = (pid: string): boolean => value(`/proc/${pid}/environ`).includes(base);
  return pids
    .filter(belongs)
    .map((pid) => ({ pid, command: value(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim() }))
    .filter(({ pid, command }) => command !== OF_DOCTOR && belongs(pid))
    .map(({ command }) => command)
    .toSorted();
}
