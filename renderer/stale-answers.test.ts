// An answer that is older than what the page has learned since puts nothing back: each store, with a bridge whose answers
// come in the order that the test chooses.
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";

type Resolve = (outcome: { ok: boolean; value?: unknown; error?: unknown }) => void;

/** The questions that have no answer yet, by verb, the oldest first. */
const open = new Map<string, Resolve[]>();
const told = new Map<string, (value: never) => void>();

const see = new Proxy(
  {},
  {
    get: (_, verb: string) =>
      verb.startsWith("on")
        ? (listener: (value: never) => void) => {
            told.set(verb, listener);
            return () => told.delete(verb);
          }
        : () => new Promise((resolve) => open.set(verb, [...(open.get(verb) ?? []), resolve])),
  },
);
vi.stubGlobal("window", { see });
afterAll(() => vi.unstubAllGlobals());

const { useHistory } = await import("./features/history/history-store.js");
const { useNotes } = await import("./features/notes/notes-store.js");
const { useHelper } = await import("./features/run/helper-store.js");
const { useSettings } = await import("./features/settings/settings-store.js");
const { isCancellable, isLeavable, isReady, NO_ASIDE } = await import("./features/commit/commit-model.js");
const { useCommit } = await import("./features/commit/commit-store.js");
const { useVersions } = await import("./features/commit/versions-store.js");
const { answerOf, withTake } = await import("./features/commit/merge-model.js");
const { useFeed } = await import("./features/changes/feed-store.js");
const { createList } = await import("./ui/list-store.js");

beforeEach(() => open.clear());

/** Waits until what follows from an answer has happened: no more than promises. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Answers the question of this verb in this place. */
async function answer(verb: string, value: unknown, place = 0): Promise<void> {
  const resolve = open.get(verb)?.splice(place, 1)[0];
  if (resolve === undefined) throw new Error(`nobody has asked ${verb}`);
  resolve({ ok: true, value });
  await settled();
}

/** Lets the oldest question of this verb fail. */
async function refuse(verb: string): Promise<void> {
  open.get(verb)?.shift()?.({ ok: false, error: { code: "io", message: "no", hint: "" } });
  await settled();
}

const note = (text: string) => [{ text, time: "2026-01-01T00:00:00Z" }];

it("History lacks no commit that came while it was read", async () => {
  void useHistory.getState().load();
  void useHistory.getState().load();
  await answer("history", { commits: ["new"], limit: null }, 1);
  await answer("history", { commits: [], limit: null });
  expect(useHistory.getState().commits).toEqual(["new"]);
});

it("a note that was saved stays, whatever was being read; of another session none is shown", async () => {
  const { load, ask, save } = useNotes.getState();
  void load("a");
  ask(null);
  void save("mine");
  await answer("saveNote", note("mine"));
  await answer("notes", []);
  expect(useNotes.getState().notes).toEqual(note("mine"));
  ask(null);
  void save("more");
  void load("b");
  await answer("notes", note("of b"));
  await answer("saveNote", note("more"));
  expect(useNotes.getState()).toMatchObject({ session: "b", notes: note("of b") });
});

it("two changes of a list at once are both in it, and a late reading takes neither back", async () => {
  let kept: string[] = [];
  let late = (): void => undefined;
  const read = vi.fn(async () => ({ ok: true as const, value: kept }));
  const list = createList(read, async (items) => ({ ok: true, value: (kept = items) }));
  read.mockImplementationOnce(
    () => new Promise((resolve) => (late = () => resolve({ ok: true, value: [] }))),
  );
  const reading = list.getState().load();
  await Promise.all([list.getState().add("a"), list.getState().add("b")]);
  late();
  await reading;
  expect(kept).toEqual(["a", "b"]);
  expect(list.getState().items).toEqual(["a", "b"]);
});

it("a change of a list that cannot be read saves nothing", async () => {
  const error = { code: "io" as const, message: "no", hint: "" };
  const save = vi.fn(async (items: string[]) => ({ ok: true as const, value: items }));
  const list = createList(async () => ({ ok: false, error }), save);
  expect(await list.getState().add("a")).toBe(false);
  expect(save).not.toHaveBeenCalled();
  expect(list.getState().error).toEqual(error);
});

it("a helper that is ready stays ready, whatever a failed restart says late", async () => {
  useHelper.getState().follow();
  void useHelper.getState().restart();
  told.get("onHelperStatus")?.({ state: "ready" } as never);
  open.get("restartHelper")?.[0]?.({ ok: false, error: { code: "helper-gone" } });
  await settled();
  expect(useHelper.getState()).toMatchObject({ restarting: false, status: { state: "ready" } });
  void useHelper.getState().examine();
  await answer("doctor", ["now"], 1);
  await answer("doctor", ["before"]);
  expect(useHelper.getState().rows).toEqual(["now"]);
});

it("what was chosen before the settings were read stays, and takes none of them away", async () => {
  void useSettings.getState().load();
  useSettings.getState().setPane("tree", 7);
  expect(open.has("saveSettings")).toBe(false);
  await answer("settings", {
    ...useSettings.getInitialState(),
    panes: {},
    recent: [{ line: "ls", cwd: null }],
    loaded: undefined,
  });
  const recent = [{ line: "ls", cwd: null }];
  expect(useSettings.getState()).toMatchObject({ panes: { tree: 7 }, recent, loaded: true });
  expect(open.get("saveSettings")).toHaveLength(1);
});

it("a commit that ends while another session is decided on leaves that one's screen alone", async () => {
  const { begin } = useCommit.getState();
  useCommit.setState({
    session: "a",
    chosen: 1,
    state: {
      step: "review",
      conflicts: [],
      answers: new Map(),
      more: 0,
      aside: NO_ASIDE,
      work: null,
    },
  });
  void useCommit.getState().commit();
  begin("a", false);
  expect(useCommit.getState().state.step).toBe("committing");
  begin("b", true);
  await answer("commit", { commit: "c1" });
  expect(useCommit.getState()).toMatchObject({
    session: "b",
    state: { step: "stop" },
    last: { session: "a", result: { commit: "c1" } },
  });
});

describe("a merge by hand", () => {
  const path = "/etc/a";
  const text = { path, reason: "write-then-changed", choices: ["skip"], merge: "by-hand" } as const;
  const hunks = [{ what: "conflict", base: "b", host: "h", session: "s" }];
  const preview = (stamp: string) => ({ how: "by-hand" as const, stamp, hunks, omitted: 0 });
  const check = { consistent: false, conflicts: [text] };
  const begin = async (): Promise<void> => {
    const summary = { created: 0, modified: 1, deleted: 0, renamed: 0, replaced: 0, linked: 0, bytes: 1 };
    const settledList = { watch: 1, revision: 1, total: 1, summary, live: false };
    useFeed.setState({ session: "a", reading: false, settled: settledList });
    useCommit.getState().begin("a", false);
    await answer("check", check);
    void useVersions.getState().load({ what: "commit", session: "a" }, { ...text, choices: ["skip"] });
    await answer("versions", {});
    await answer("mergePreview", preview("1"));
    const draft = useVersions.getState().drafts.get(path);
    if (draft === undefined || !("takes" in draft)) throw new Error("no draft");
    const made = withTake(draft, 0, "session");
    useVersions.getState().setDraft(path, made);
    useCommit.getState().answer([{ ...text, choices: ["skip"] }], answerOf(made));
  };

  it.each([
    ["stays after another check of the same files", "1", true],
    ["is asked for anew when a file has changed, and its text is kept", "2", false],
  ])("%s", async (_, stamp, stays) => {
    await begin();
    void useCommit.getState().check();
    await answer("check", check);
    await answer("mergePreview", preview(stamp));
    const { state } = useCommit.getState();
    expect([state.step, isReady(state)]).toEqual(["review", stays]);
    const draft = useVersions.getState().drafts.get(path);
    expect(draft).toMatchObject(stays ? { moved: false, earlier: null } : { moved: true, earlier: "s" });
  });

  it("stays when it is asked for twice and the second answer comes late", async () => {
    await begin();
    const { drafts, setDraft } = useVersions.getState();
    const draft = drafts.get(path);
    if (draft === undefined || !("takes" in draft)) throw new Error("no draft");
    useVersions.setState({ drafts: new Map() });
    for (const _ of [1, 2])
      void useVersions.getState().load({ what: "commit", session: "a" }, { ...text, choices: ["skip"] });
    await settled();
    await answer("mergePreview", preview("1"));
    setDraft(path, draft);
    await answer("mergePreview", preview("1"));
    expect(useVersions.getState().drafts.get(path)).toBe(draft);
  });

  it("is there again for who left the screen, as no answer yet, and not for another session", async () => {
    await begin();
    useCommit.getState().leave();
    useCommit.getState().begin("a", false);
    await answer("check", check);
    expect(isReady(useCommit.getState().state)).toBe(false);
    void useVersions.getState().load({ what: "commit", session: "a" }, { ...text, choices: ["skip"] });
    await answer("versions", {});
    await answer("mergePreview", preview("1"));
    expect(useVersions.getState().drafts.get(path)).toMatchObject({ takes: new Map([[0, "session"]]) });
    useCommit.getState().begin("b", true);
    expect([useVersions.getState().drafts.size, useVersions.getState().made.size]).toEqual([0, 0]);
  });
});

it("a list that is older than a check is read anew before anything can be committed, once", async () => {
  const summary = { created: 1, modified: 0, deleted: 0, renamed: 0, replaced: 0, linked: 0, bytes: 1 };
  const listed = (created: number) => ({
    session: "a",
    reading: false,
    settled: { watch: 1, revision: created, total: created, summary: { ...summary, created }, live: false },
  });
  const found = (created: number, stamp: string) => ({
    consistent: true,
    conflicts: [],
    summary: { ...summary, created },
    stamp,
  });
  useFeed.setState(listed(1));
  useCommit.getState().begin("a", false);
  await answer("check", found(2, "1"));
  expect([useCommit.getState().state.step, open.get("homes")?.length]).toEqual(["reading", 1]);
  useFeed.setState(listed(2));
  await settled();
  await answer("check", found(3, "2"));
  // A machine that goes on changing is no reason to read for ever: the check is what counts.
  expect(useCommit.getState().state.step).toBe("review");
  expect(open.get("homes")).toHaveLength(1);
  useCommit.getState().leave();
});

describe("a program that has to be stopped for a commit", () => {
  const summary = { created: 1, modified: 0, deleted: 0, renamed: 0, replaced: 0, linked: 0, bytes: 1 };
  const found = { consistent: true, conflicts: [], summary };
  const begin = (): void => {
    useFeed.setState({
      session: "a",
      reading: false,
      settled: { watch: 1, revision: 1, total: 1, summary, live: false },
    });
    useCommit.getState().begin("a", true);
    void useCommit.getState().stopAndCheck();
  };

  it.each([
    ["did nothing more", "1", false],
    ["changed something as it was stopped", "2", true],
  ])("%s: that is told before the commit", async (_, stamp, changed) => {
    begin();
    await answer("check", { ...found, stamp: "1" });
    await answer("stop", { id: "a" });
    await answer("check", { ...found, stamp });
    expect(useCommit.getState()).toMatchObject({ changed, state: { step: "review" } });
  });

  it("has changed perhaps, where nobody could look before", async () => {
    begin();
    await refuse("check");
    await answer("stop", { id: "a" });
    await answer("check", { ...found, stamp: "1" });
    expect(useCommit.getState()).toMatchObject({ changed: null, state: { step: "review" } });
  });

  it.each(["cancel", "leave"] as const)("runs on when the person thinks better of it: %s", async (way) => {
    begin();
    const { state } = useCommit.getState();
    expect([state.step, isCancellable(state), isLeavable(state)]).toEqual(["noting", true, true]);
    useCommit.getState()[way]();
    expect(open.get("cancel")).toHaveLength(1);
    await answer("check", { ...found, stamp: "1" });
    expect(open.get("stop") ?? []).toEqual([]);
    expect(useCommit.getState().state.step).toBe("cancelled");
  });
});
