// Which helper a request goes to, and under which names its answer is told: two scripted helpers that write down what they hear.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Method } from "../../../protocol/src/rpc.js";
import type { Session } from "../../../protocol/src/session.js";
import { administratorsKey } from "../../../protocol/src/stores.js";
import { Failure } from "../failure.js";
import type { Administrators } from "./administrators.js";
import type { Helper } from "./helper.js";
import type { RelayEvents } from "./relays.js";
import { isOther, Stores, toldFeed } from "./stores.js";

const SESSION: Session = {
  id: "same",
  name: null,
  state: "finished",
  command: ["true"],
  cwd: "/",
  mode: "user",
  created: "2026-01-01T00:00:00Z",
  policy: { reads: "off", net: "none", lan: false, redirect: [], connect: [] },
};
const COMMIT = {
  id: "c1",
  session: "same",
  time: "2026-01-01T00:00:00Z",
  command: ["true"],
  applied: 1,
  undoable: true,
};

type Answers = Partial<Record<Method, unknown>>;

/** A desk with both helpers: what each was asked, and what each answers. */
function desk(own: Answers = {}, others: Answers = {}, isAfter = async () => true) {
  const asked: { of: string; method: string; params: unknown }[] = [];
  const lists: { ids: string[]; isNews: boolean }[] = [];
  const cancelled: string[] = [];
  const noted: string[] = [];
  const seen: number[] = [];
  let relay: RelayEvents | null = null;
  const helper = (of: string, answers: Answers) => ({
    request: async (method: Method, params: unknown) => {
      asked.push({ of, method, params: await params });
      if (!(method in answers)) throw new Error(`${of}: nobody expected ${method}`);
      return answers[method];
    },
    status: { state: "ready", mode: "user" },
    cancel: () => void cancelled.push(of),
    openRelay: async (params: unknown, events: RelayEvents) => {
      asked.push({ of, method: "relays.open", params });
      relay = events;
      return {
        write: () => undefined,
        resize: () => undefined,
        seen: (count: number) => void seen.push(count),
        close: () => undefined,
      };
    },
  });
  const administrators = {
    helper: helper("administrators", others),
    status: { state: "ready" },
    ask: async () => undefined,
  };
  const stores = new Stores(
    {
      own: helper("own", own) as unknown as Helper,
      administrators: administrators as unknown as Administrators,
      environment: { TERM: "xterm-256color", SHELL: "/bin/zsh" },
      lastCommit: { note: async () => void noted.push("commit"), isAfter },
    },
    { sessions: (sessions, isNews) => lists.push({ ids: sessions.map(({ id }) => id), isNews }) },
  );
  return {
    stores,
    asked,
    lists,
    cancelled,
    noted,
    seen,
    relay: () => relay,
    administrators,
    answers: { own, others },
  };
}

const THEIRS = administratorsKey("same");

describe("two sessions with one id", () => {
  test("are two in one list, and each is asked about where it is", async () => {
    const { stores, asked, lists } = desk(
      { "sessions.stop": { session: SESSION } },
      { "sessions.stop": { session: SESSION } },
    );
    stores.take("own", [SESSION]);
    stores.take("administrators", [SESSION]);
    expect(lists.at(-1)?.ids).toEqual(["same", THEIRS]);
    expect((await stores.request("sessions.stop", { session: "same" })).session.id).toBe("same");
    expect((await stores.request("sessions.stop", { session: THEIRS })).session.id).toBe(THEIRS);
    expect(asked.map(({ of, params }) => [of, params])).toEqual([
      ["own", { session: "same" }],
      ["administrators", { session: "same" }],
    ]);
  });

  test("cannot be compared with each other", async () => {
    const { stores, asked } = desk();
    const refused: unknown = await stores
      .request("sessions.compare", { first: "same", second: THEIRS })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Failure);
    expect(asked).toEqual([]);
  });
});

test("what could not be seen before is no news", () => {
  const { stores, lists } = desk();
  stores.take("own", [SESSION]);
  stores.take("administrators", [SESSION]);
  stores.take("administrators", []);
  expect(lists.map(({ isNews }) => isNews)).toEqual([true, false, true]);
});

test("the administrator's sessions stay in the list when the person's change, and when they are asked for", async () => {
  const { stores, lists } = desk({ "sessions.list": { sessions: [] } });
  stores.take("administrators", [{ ...SESSION, policy: { ...SESSION.policy, retry_of: "first" } }]);
  stores.take("own", [SESSION]);
  expect(lists.at(-1)?.ids).toEqual(["same", THEIRS]);
  const { sessions } = await stores.request("sessions.list", {});
  expect(sessions.map(({ id, policy }) => [id, policy.retry_of])).toEqual([
    [THEIRS, administratorsKey("first")],
  ]);
});

test("an answer takes nothing back that was news meanwhile", async () => {
  const { stores, lists } = desk({ "sessions.list": { sessions: [] } });
  stores.take("own", [SESSION]);
  await stores.request("sessions.list", {});
  stores.take("administrators", []);
  expect(lists.at(-1)?.ids).toEqual(["same"]);
});

test("history is one, and each commit is taken back where it was made", async () => {
  const { stores, asked } = desk(
    { "history.list": { commits: [COMMIT], limit: 5 } },
    {
      "history.list": { commits: [{ ...COMMIT, undid: "c0", undone_by: "c2" }], limit: null },
      "history.undo": { commit: "c3", undid: "c1", applied: 1, dropped: ["c0"] },
    },
  );
  const { commits, limit } = await stores.request("history.list", {});
  const key = administratorsKey("c1");
  expect([commits.map(({ id }) => id), limit]).toEqual([["c1", key], 5]);
  expect(commits[1]).toMatchObject({
    session: THEIRS,
    undid: administratorsKey("c0"),
    undone_by: administratorsKey("c2"),
  });
  expect(await stores.request("history.undo", { commit: key, resolve: [] })).toEqual({
    commit: administratorsKey("c3"),
    undid: key,
    applied: 1,
    dropped: [administratorsKey("c0")],
  });
  expect(asked.at(-1)).toEqual({
    of: "administrators",
    method: "history.undo",
    params: { commit: "c1", resolve: [] },
  });
});

test("history is told though the administrator's helper fails or is gone, with what it told last", async () => {
  const { stores, answers, administrators } = desk(
    { "history.list": { commits: [COMMIT], limit: 5 } },
    { "history.list": { commits: [COMMIT], limit: null } },
  );
  const ids = async (): Promise<string[]> =>
    (await stores.request("history.list", {})).commits.map(({ id }) => id);
  expect(await ids()).toEqual(["c1", administratorsKey("c1")]);
  delete answers.others["history.list"];
  expect(await ids()).toEqual(["c1", administratorsKey("c1")]);
  administrators.status.state = "gone";
  expect(await ids()).toEqual(["c1", administratorsKey("c1")]);
});

test("commits may be out of sight where the person made some and root's helper is not there", async () => {
  const { stores, administrators, noted } = desk(
    { "ignore.get": { patterns: [] } },
    { check: {}, commit: {} },
  );
  await stores.request("check", { session: THEIRS });
  await stores.request("commit", { session: THEIRS, dry_run: true });
  expect(noted).toEqual([]);
  await stores.request("commit", { session: THEIRS });
  expect(noted).toEqual(["commit"]);
  expect(await stores.mayLackCommits(null)).toBe(false);
  administrators.status.state = "off";
  expect(await stores.mayLackCommits(null)).toBe(true);
});

test("watches with one number are two, and each ends where it is", async () => {
  const { stores, asked } = desk(
    { "changes.watch": { watch: 7 }, "changes.unwatch": {} },
    { "changes.watch": { watch: 7 }, "changes.unwatch": {} },
  );
  const { watch } = await stores.request("changes.watch", { session: THEIRS });
  const own = await stores.request("changes.watch", { session: "same" });
  expect([isOther(watch), isOther(own.watch)]).toEqual([true, false]);
  expect(toldFeed("administrators", { event: "reset", watch: 7 }).watch).toBe(watch);
  expect(toldFeed("own", { event: "reset", watch: 7 }).watch).toBe(own.watch);
  await stores.request("changes.unwatch", { watch });
  expect(asked.at(-1)).toEqual({ of: "administrators", method: "changes.unwatch", params: { watch: 7 } });
});

test("a commit of the administrator's leaves out what the person's list does", async () => {
  const committed = { commit: "c1", session: "same", applied: 1, skipped: 0 };
  const { stores, asked, answers } = desk({ "ignore.get": { patterns: ["*.pyc"] } }, { commit: committed });
  expect(await stores.request("commit", { session: THEIRS })).toEqual({
    ...committed,
    commit: administratorsKey("c1"),
    session: THEIRS,
  });
  expect(asked.at(-1)?.params).toEqual({ session: "same", ignore: ["*.pyc"] });
  await stores.request("commit", { session: THEIRS, ignore: [] });
  expect(asked.at(-1)?.params).toEqual({ session: "same", ignore: [] });
  // What the administrator keeps can be decided on though the person's helper is gone.
  delete answers.own["ignore.get"];
  await stores.request("commit", { session: THEIRS });
  expect(asked.at(-1)?.params).toEqual({ session: "same", ignore: ["*.pyc"] });
});

test("a run with the whole machine has the person's environment, and hides what the person hides", async () => {
  // Also what is not there, or where the person may not look: root's helper finds out.
  const places = ["/etc", "/nowhere/at/all", "/root/keys"];
  const { stores, asked } = desk({ "hidden.get": { places } }, { "sessions.run": { session: SESSION } });
  const session = await stores.runAsAdministrator({
    command: ["true"],
    env: { LANG: "C" },
    policy: { hide: [{ path: "/home" }], show: [{ path: "/usr" }] },
  });
  expect(session.id).toBe(THEIRS);
  expect(asked.at(-1)?.params).toEqual({
    command: ["true"],
    env: { TERM: "xterm-256color", SHELL: "/bin/zsh", LANG: "C" },
    policy: { hide: [{ path: "/home" }], show: [{ path: "/usr" }], always: places },
  });
});

test("a ticket is given up wherever it is", () => {
  const { stores, cancelled } = desk();
  stores.cancel(3);
  expect(cancelled).toEqual(["own", "administrators"]);
});

test("an export of the administrator's is the person's file, whole or not at all", async () => {
  const folder = await mkdtemp(join(tmpdir(), "alcatraz-stores-"));
  const file = join(folder, "changes.tar");
  const { stores, asked, relay, seen } = desk();
  const told = async (): Promise<RelayEvents> => {
    for (;;) {
      const events = relay();
      if (events !== null) return events;
      await new Promise((turn) => setImmediate(turn));
    }
  };
  const exported = stores.exportTo(THEIRS, "tar", file);
  const events = await told();
  events.data(Buffer.from("one "));
  events.data(Buffer.from("two"));
  events.end(0, "");
  await exported;
  expect(await readFile(file, "utf8")).toBe("one two");
  // Each piece once it was written: all that had come let more come than a slow disk takes.
  expect(seen).toEqual([4, 3]);
  expect(asked).toEqual([
    { of: "administrators", method: "relays.open", params: { session: "same", what: { shows: "tar" } } },
  ]);

  const failing = desk();
  const failed = failing.stores.exportTo(THEIRS, "patch", join(folder, "changes.patch"));
  failed.catch(() => undefined);
  while (failing.relay() === null) await new Promise((turn) => setImmediate(turn));
  failing.relay()?.data(Buffer.from("half"));
  failing.relay()?.end(1, "Error: The disk is broken.");
  await expect(failed).rejects.toMatchObject({ error: { code: "io" } });
  await expect(readFile(join(folder, "changes.patch"))).rejects.toThrow();
  await rm(folder, { recursive: true });
});
