// The client against the real helper, which `npm test` builds first: every answer parses, every error has a code,
// and a program in a SEE leaves the host alone. Writes only below a directory of its own.
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HelperStatus } from "../../../protocol/src/bridge.js";
import { FeedEvent } from "../../../protocol/src/change.js";
import type { Session } from "../../../protocol/src/session.js";
import { Failure } from "../failure.js";
import { ptyLine } from "./terminal-line.js";
import { Terminals } from "../terminals.js";
import { Watches } from "../watches.js";
import { Helper, HELPER_DEFAULTS } from "./helper.js";
import { locateHelper } from "./locate.js";
import { personEnvironment } from "./person-environment.js";

const SOURCE = join(import.meta.dirname, "../../..");

let root = "";
let work = "";
let helper: Helper;
let watches: Watches;
const feed: FeedEvent[] = [];
const statuses: HelperStatus[] = [];
const waiting: (() => void)[] = [];

function heard(): void {
  for (const wake of waiting.splice(0)) wake();
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve));
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "alcatraz-helper-"));
  work = join(root, "work");
  await mkdir(work);
  const places = { packaged: false, resources: "", source: SOURCE, override: process.env["ALCATRAZ_HELPER"] };
  helper = new Helper(
    {
      ...HELPER_DEFAULTS,
      pauses: [50],
      locate: () => locateHelper(places),
      environment: personEnvironment({ ...process.env, ALCATRAZ_STORE: join(root, "store") }),
    },
    {
      status: (status) => {
        statuses.push(status);
        heard();
      },
      sessions: heard,
      // What main passes on unread is read here, as the page does.
      feed: (event) => {
        feed.push(FeedEvent.parse(event));
        heard();
      },
      progress: heard,
    },
  );
  watches = new Watches(helper);
  helper.start();
});

afterAll(async () => {
  const { sessions } = await helper.request("sessions.list", {});
  for (const { id, state } of sessions) {
    if (state === "running") await helper.request("sessions.stop", { session: id });
    if (state === "running" || state === "finished") await helper.request("sessions.abort", { session: id });
  }
  await helper.close();
  await removeRooms(join(root, "store"));
  await rm(root, { recursive: true, force: true });
});

beforeEach(() => void (feed.length = 0));

/** Removes the directories that the store made on other file systems. */
async function removeRooms(store: string): Promise<void> {
  const id = await readFile(join(store, "id"), "utf8").catch(() => null);
  if (id === null) return;
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n");
  for (const line of mounts) {
    const point = line.split(" ")[1];
    if (point !== undefined)
      await rm(join(point, `.alcatraz-${id.trim()}`), { recursive: true, force: true });
  }
}

function shell(script: string): Promise<Session> {
  return helper
    .request("sessions.run", { command: ["/bin/sh", "-c", script], cwd: work })
    .then(({ session }) => session);
}

async function codeOf(work_: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work_.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Failure)) throw new Error(`expected a Failure, got ${String(thrown)}`);
  expect(thrown.error.message).toMatch(/\S/);
  expect(thrown.error.hint).toMatch(/\S/);
  return thrown.error.code;
}

/** Watches a session until its feed has settled with no program running. */
async function settled(session: string): Promise<{ watch: number; paths: string[] }> {
  const watch = await watches.open(session);
  await until(() => feed.some((event) => event.event === "settled" && event.watch === watch && !event.live));
  const paths = feed.flatMap((event) => (event.event === "rows" ? event.rows.map(({ path }) => path) : []));
  return { watch, paths };
}

describe("the real helper", () => {
  test("says who it is and what this machine can enforce", async () => {
    const { rows } = await helper.request("doctor", {});
    expect(rows.length).toBeGreaterThan(0);
    expect(helper.status).toMatchObject({
      state: "ready",
      mode: process.getuid?.() === 0 ? "system" : "user",
    });
  });

  test.each<[string, () => Promise<unknown>]>([
    ["no-such-session", () => helper.request("sessions.stop", { session: "nobody" })],
    ["no-such-session", () => helper.request("changes.watch", { session: "nobody" })],
    ["no-such-session", () => helper.request("commit", { session: "nobody" }, 1)],
    ["no-such-commit", () => helper.request("history.undo", { commit: "nobody" }, 2)],
    ["command-not-found", () => helper.request("sessions.run", { command: ["/no/such/program"], cwd: work })],
    ["command-not-executable", () => helper.request("sessions.run", { command: ["/etc/passwd"], cwd: work })],
  ])("fails with %s", async (code, ask) => {
    expect(await codeOf(ask())).toBe(code);
  });

  test("runs a program, shows what it changed, and throws it away", async () => {
    await writeFile(join(work, "old.txt"), "before\n");
    const session = await shell("echo after > old.txt; echo new > new.txt; mkdir -p deep/er; exit 3");
    const { watch, paths } = await settled(session.id);
    for (const name of ["old.txt", "new.txt", "deep", "deep/er"]) expect(paths).toContain(join(work, name));
    const where = { session: session.id, path: join(work, "old.txt") };
    const facts = await helper.request("describe", where);
    expect(facts.before).toMatchObject({ type: "file", size: 7, content: "text" });
    expect(facts.after).toMatchObject({ type: "file", size: 6, content: "text" });
    const slice = await helper.request("content", { ...where, side: "after", offset: 0, length: 100 });
    expect(Buffer.from(slice.data, "base64").toString()).toBe("after\n");
    await watches.close(watch);

    const { sessions } = await helper.request("sessions.list", {});
    expect(sessions.find(({ id }) => id === session.id)).toMatchObject({ state: "finished", exit_status: 3 });
    const aborted = await helper.request("sessions.abort", { session: session.id });
    expect(aborted.session.state).toBe("aborted");
    expect(await readFile(join(work, "old.txt"), "utf8")).toBe("before\n");
    expect(await readdir(work)).toEqual(["old.txt"]);
  });

  test("commits what was chosen, and takes it back", async () => {
    const session = await shell("echo one > one.txt; echo two > two.txt");
    await settled(session.id);
    const only = [{ path: join(work, "one.txt") }];
    expect(await helper.request("check", { session: session.id, only }, 3)).toEqual({
      consistent: true,
      conflicts: [],
      stamp: expect.any(String) as string,
      summary: expect.objectContaining({ created: 2, deleted: 0, bytes: 8 }) as object,
      tracking: "opens",
    });
    const done = await helper.request("commit", { session: session.id, only }, 4);
    expect(await readFile(join(work, "one.txt"), "utf8")).toBe("one\n");
    await expect(access(join(work, "two.txt"))).rejects.toThrow();
    const { commits } = await helper.request("history.list", {});
    expect(commits.find(({ id }) => id === done.commit)).toMatchObject({
      session: session.id,
      undoable: true,
    });
    const undone = await helper.request("history.undo", { commit: done.commit }, 5);
    expect(undone).toMatchObject({ undid: done.commit });
    await expect(access(join(work, "one.txt"))).rejects.toThrow();
  });

  test("shows a program's terminal, with what it wrote before anybody looked", async () => {
    const session = await shell('echo early; read -r line; echo "got <$line>"; stty size');
    let text = "";
    const ends: number[] = [];
    const terminals = new Terminals(
      async (id, what, { rows, cols }, events) =>
        ptyLine(await helper.terminalCommand(id, what), rows, cols, events),
      {
        data: (_terminal, bytes) => {
          text += Buffer.from(bytes).toString();
          heard();
        },
        exit: (_terminal, status) => {
          ends.push(status);
          heard();
        },
      },
    );
    const terminal = await terminals.open(session.id, "program", 31, 97);
    await until(() => text.includes("early"));
    terminals.write(terminal, "typed\r");
    await until(() => ends.length > 0);
    expect(text).toContain("got <typed>");
    expect(text).toContain("31 97");
    expect(ends).toEqual([0]);
  });

  test("that is killed is started again, and its sessions ran on", async () => {
    const session = await shell("while ! test -e go; do sleep 0.05; done; echo done > done.txt");
    const ready = (): number => statuses.filter(({ state }) => state === "ready").length;
    const before = ready();
    for (const pid of await children()) process.kill(pid, "SIGKILL");
    await until(() => ready() > before);
    const { sessions } = await helper.request("sessions.list", {});
    expect(sessions.find(({ id }) => id === session.id)?.state).toBe("running");
    await helper.request("sessions.stop", { session: session.id });
    const { sessions: later } = await helper.request("sessions.list", {});
    expect(later.find(({ id }) => id === session.id)?.state).toBe("finished");
  });
});

/** Returns the processes of this test that are `alcatraz serve`. */
async function children(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const read = (file: string): Promise<string> =>
      readFile(join("/proc", name, file), "utf8").catch(() => "");
    const isOurs = new RegExp(`^PPid:\\s+${process.pid}$`, "m").test(await read("status"));
    if (isOurs && (await read("cmdline")).endsWith("\0serve\0")) found.push(Number(name));
  }
  return found;
}
