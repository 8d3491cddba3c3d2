// The app as a person meets it: a page object whose verbs are what one can do. Waits on events, never on time.
import { readdirSync, readFileSync } from "node:fs";
import { _electron as electron, type ElectronApplication, type Page } from "@playwright/test";
import type { Machine } from "./harness/machine.js";

export class App {
  private text = "";

  private constructor(
    private readonly electron: ElectronApplication,
    readonly page: Page,
    readonly machine: Machine,
  ) {}

  /** Starts the app. Chromium's own sandbox is on, except for root, with whom it refuses to run. */
  static async start(machine: Machine, args: string[] = []): Promise<App> {
    const { account, installation } = machine;
    const launched = await electron.launch({
      executablePath: installation.launcher(account),
      args: [installation.root, ...args],
      cwd: machine.home,
      env: machine.environment(),
      chromiumSandbox: account.uid !== 0,
    });
    const app = new App(launched, await launched.firstWindow(), machine);
    launched.process().stdout?.on("data", (data: Buffer) => (app.text += data.toString()));
    launched.process().stderr?.on("data", (data: Buffer) => (app.text += data.toString()));
    return app;
  }

  /** What the app's processes printed. */
  output(): string {
    return this.text;
  }

  close(): Promise<void> {
    return this.electron.close();
  }

  /** Returns facts about the app's processes, from the kernel. */
  processes(): { pid: number; command: string; seccomp: number }[] {
    const root = this.electron.process().pid;
    const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const found = [];
    const parents = new Map(all.map((name) => [Number(name), parentOf(Number(name))]));
    for (const pid of parents.keys()) {
      for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) {
        if (at !== root) continue;
        found.push({ pid, ...factsOf(pid) });
        break;
      }
    }
    return found;
  }
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // It ended while we looked.
    return "";
  }
}

function parentOf(pid: number): number | undefined {
  const line = /^PPid:\s+(\d+)$/m.exec(read(pid, "status"));
  return line?.[1] === undefined || line[1] === "0" ? undefined : Number(line[1]);
}

function factsOf(pid: number): { command: string; seccomp: number } {
  const seccomp = /^Seccomp:\s+(\d)$/m.exec(read(pid, "status"))?.[1];
  return { command: read(pid, "cmdline").replaceAll("\0", " "), seccomp: Number(seccomp ?? 0) };
}
