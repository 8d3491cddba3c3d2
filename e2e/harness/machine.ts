// One test's part of the host: a home, a store, and the command line on them. Removed with all that a SEE left behind.
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Account, removeTree } from "./account.js";
import type { Display } from "./display.js";
import { describeHost, type HostFacts } from "./host.js";
import type { Installation } from "./installation.js";
import { describeTree } from "./tree.js";

interface Finished {
  status: number;
  stdout: string;
  stderr: string;
}

export class Machine {
  readonly home: string;
  readonly store: string;
  /** All that the test has on this machine lies below. */
  readonly base: string;
  private readonly mounts: string[] = [];

  constructor(
    readonly account: Account,
    readonly installation: Installation,
    private readonly display: Display,
    /** Where the home is made, when it matters what its path looks like. Must not exist yet. */
    home?: string,
  ) {
    this.base = mkdtempSync(join(account.base, "machine-"));
    this.home = home ?? join(this.base, "home");
    if (existsSync(this.home)) throw new Error(`${this.home} exists already: it is not for a test to use`);
    this.store =
      account.mode === "system" ? join(this.base, "store") : join(this.home, ".local", "share", "alcatraz");
    this.own(this.base);
    this.directory("home");
    this.directory("run", 0o700);
    // What the app and the store keep in a home lies beside it, or in directories that every home has.
    this.directory("home/.local");
    this.directory("home/.local/share");
    this.file("home/.bashrc", "# Start-up file of a test's home\nalias ll='ls -l'\n");
  }

  /** The environment that a person's own session would have. */
  environment(): Record<string, string> {
    const env: Record<string, string> = {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: this.home,
      USER: this.account.user,
      LOGNAME: this.account.user,
      SHELL: "/bin/bash",
      LANG: "C.UTF-8",
      DISPLAY: this.display.name,
      XDG_RUNTIME_DIR: this.path("run"),
      ALCATRAZ_USER_DATA: this.path("app-data"),
    };
    if (this.account.mode === "system") env["ALCATRAZ_STORE"] = this.store;
    return env;
  }

  /** Returns what the home is, byte for byte, without the store that may lie in it. */
  describeHome(): Record<string, string> {
    return describeTree(this.home, this.store);
  }

  /** Facts about the host that no session may change; `app`: the process of the app, when one runs. */
  host(app?: number): HostFacts {
    return describeHost(this.base, app);
  }

  /** Makes a directory below the machine's base, owned by the account like those above it, and returns its path. */
  directory(name: string, mode = 0o755): string {
    const path = this.path(name);
    const first = mkdirSync(path, { recursive: true });
    if (first !== undefined) for (let at = path; at.length >= first.length; at = dirname(at)) this.own(at);
    chmodSync(path, mode);
    return path;
  }

  /** Makes a file below the machine's base, owned by the account, and returns its path. */
  file(name: string, content: string | Buffer, mode = 0o644): string {
    const path = this.path(name);
    if (!existsSync(dirname(path))) this.directory(dirname(name));
    writeFileSync(path, content);
    chmodSync(path, mode);
    this.own(path);
    return path;
  }

  /** Mounts a small file system in memory on a directory of this machine's, the account's own; needs root. */
  mount(path: string, size: string, type: "tmpfs" | "ramfs" = "tmpfs"): string {
    mkdirSync(path, { recursive: true });
    const { uid, gid } = this.account;
    const options = `size=${size},mode=700,uid=${uid},gid=${gid}`;
    execFileSync("mount", ["-t", type, "-o", options, "alcatraz-e2e", path]);
    this.own(path);
    this.mounts.push(path);
    return path;
  }

  /** Takes away what was mounted there. */
  unmount(path: string): void {
    execFileSync("umount", ["--lazy", path]);
    this.mounts.splice(this.mounts.indexOf(path), 1);
  }

  /** Makes what was mounted there writable ("rw") or not ("ro"). */
  remount(path: string, how: "ro" | "rw"): void {
    execFileSync("mount", ["-o", `remount,bind,${how}`, path]);
  }

  /** Writes zeros into a file until its file system is full. */
  async fill(path: string): Promise<void> {
    await this.run(["sh", "-c", 'cat /dev/zero > "$1"', "sh", path]);
  }

  /** Runs a command on the host, as the account. */
  run(command: string[], cwd = this.home): Promise<Finished> {
    const [program, ...args] = [...this.account.become, ...command] as [string, ...string[]];
    return new Promise((done, failed) => {
      const options = { cwd, env: this.environment(), maxBuffer: 256 * 1024 * 1024 };
      execFile(program, args, options, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== "number") failed(error);
        else done({ status: error === null ? 0 : (error.code as number), stdout, stderr });
      });
    });
  }

  /** Sets how many files a process of the account may have open, and returns how many it was. */
  async limitFiles(pid: number, limit: number): Promise<number> {
    const words = ["prlimit", "--pid", `${pid}`];
    const { stdout } = await this.run([...words, "--nofile", "--output", "SOFT", "--noheadings", "--raw"]);
    const changed = await this.run([...words, `--nofile=${limit}:`]);
    if (changed.status !== 0) throw new Error(changed.stderr);
    return Number(stdout);
  }

  /** Runs the command line on this machine's store; a failure is an error that carries what it said. */
  async alcatraz(...args: string[]): Promise<string> {
    const result = await this.run([this.installation.helper, ...args]);
    if (result.status !== 0)
      throw new Error(`alcatraz ${args.join(" ")}: ${result.status}\n${result.stderr}`);
    return result.stdout;
  }

  /** This store's sessions, the oldest first. */
  private async sessions(): Promise<{ id: string; state: string; created: string }[]> {
    const { sessions } = JSON.parse(await this.alcatraz("list", "--json")) as {
      sessions: { id: string; state: string; created: string }[];
    };
    return sessions.toSorted((a, b) => a.created.localeCompare(b.created));
  }

  /** Takes the right to change the host, as a long commit would; returns what gives it back. */
  async holdCommits(): Promise<() => Promise<void>> {
    const words = ["flock", join(this.store, "commits", "lock"), "sh", "-c", "echo held; read end"];
    const [program, ...args] = [...this.account.become, ...words] as [string, ...string[]];
    const holder = spawn(program, args, { env: this.environment(), stdio: ["pipe", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    return async () => {
      holder.stdin.end();
      await once(holder, "exit");
    };
  }

  async sessionIds(): Promise<string[]> {
    return (await this.sessions()).map(({ id }) => id);
  }

  async sessionStates(): Promise<string[]> {
    return (await this.sessions()).map(({ state }) => state);
  }

  async remove(): Promise<void> {
    for (const { id, state } of await this.sessions()) {
      // One that ends by itself just then cannot be stopped any more.
      if (state === "running") await this.run([this.installation.helper, "stop", id]);
      if (state === "running" || state === "finished") await this.alcatraz("abort", id);
    }
    const rooms = this.rooms();
    for (const mount of this.mounts) execFileSync("umount", ["--lazy", mount]);
    for (const room of rooms) removeTree(room);
    removeTree(this.home);
    removeTree(this.base);
  }

  /** Hidden directories that the store has on other file systems of this host. */
  private rooms(): string[] {
    const ids = this.storeIds();
    const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
    const points = new Set(mounts.map((line) => line.split(" ")[1]).filter((point) => point !== undefined));
    return [...points].flatMap((point) => ids.map((id) => resolve(point, `.alcatraz-${id}`)));
  }

  private storeIds(): string[] {
    try {
      const names = readdirSync(this.store);
      return names.includes("id") ? [readFileSync(join(this.store, "id"), "utf8").trim()] : [];
    } catch {
      // No store was made in this test.
      return [];
    }
  }

  /** Returns the path of something below the machine's base. */
  path(name: string): string {
    const [first, ...rest] = name.split("/");
    return first === "home" ? join(this.home, ...rest) : join(this.base, name);
  }

  private own(path: string): void {
    if (process.geteuid?.() === 0) chownSync(path, this.account.uid, this.account.gid);
  }
}
