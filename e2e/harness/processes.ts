// What the kernel says about processes.
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessFacts {
  pid: number;
  command: string;
  /** 0: no filter; 2: filtered. */
  seccomp: number;
  /** Resident memory in KiB. */
  resident: number;
}

/** Returns facts about a process and all that descend from it. */
export function descendants(root: number): ProcessFacts[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parents = new Map(pids.map((name) => [Number(name), parentOf(Number(name))]));
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow).map(factsOf);
}

function factsOf(pid: number): ProcessFacts {
  const seccomp = /^Seccomp:\s+(\d)$/m.exec(read(pid, "status"))?.[1];
  const resident = Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, "status"))?.[1] ?? 0);
  const command = read(pid, "cmdline").replaceAll("\0", " ").trim();
  return { pid, command, seccomp: Number(seccomp ?? 0), resident };
}

function parentOf(pid: number): number | undefined {
  const parent = /^PPid:\s+(\d+)$/m.exec(read(pid, "status"))?.[1];
  return parent === undefined || parent === "0" ? undefined : Number(parent);
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // It ended while we looked.
    return "";
  }
}
