import { describe, expect, it } from "vitest";
import type { Session } from "../../../protocol/src/session.js";
import { errorText } from "../../../texts/errors.js";
import {
  canDecide,
  endWords,
  groupSessions,
  hasFailed,
  isTicking,
  stateSign,
  stateWords,
  twinMarks,
  whatItWaitsFor,
  withAnswer,
} from "./session-model.js";

const session = (part: Partial<Session>): Session => ({
  id: "a",
  name: null,
  state: "finished",
  command: ["/usr/bin/make", "install"],
  cwd: "/",
  mode: "system",
  created: "2026-01-01T00:00:00Z",
  policy: { reads: "opens", net: "none", lan: false, redirect: [], connect: [] },
  ...part,
});

describe("session", () => {
  it("that changed nothing asks nobody for anything", () => {
    const nothing = session({ unchanged: true });
    expect(stateWords(nothing).short).toBe("changed nothing");
    expect(groupSessions([nothing, session({ id: "b" })])).toMatchObject({
      waiting: [{ id: "b" }],
      done: [{ id: "a" }],
    });
  });
  it("that somebody stopped has not failed, however it took that", () => {
    const ends = [0, 130, 143, 1, 139].map((exit_status) => hasFailed(session({ exit_status })));
    expect(ends).toEqual([false, false, false, true, true]);
    expect(hasFailed(session({ exit_status: 137, cause: { what: "unheeded" } }))).toBe(false);
    expect(hasFailed(session({ cause: { what: "overrun" } }))).toBe(true);
  });
  it("is told apart from others of its name by when it began", () => {
    const at = (time: string): string => new Date(time).toISOString();
    const sessions = [
      session({ id: "a", created: at("2026-01-06T10:00:00") }),
      session({ id: "b", created: at("2026-01-05T12:00:00") }),
      session({ id: "c", created: at("2026-01-05T12:00:07") }),
      session({ id: "d", created: at("2025-12-31T23:59:59") }),
      session({ id: "e", name: "alone" }),
    ];
    expect([...twinMarks(sessions, new Date("2026-01-06T23:00:00"))]).toEqual([
      ["a", "10:00:00"],
      ["b", "Jan 5, 12:00:00"],
      ["c", "Jan 5, 12:00:07"],
      ["d", "Dec 31, 2025, 23:59:59"],
    ]);
    expect(twinMarks(sessions, new Date("2026-01-07T00:00:00")).get("a")).toBe("Jan 6, 10:00:00");
  });
  it("has a sign of its own for each way in which it is over", () => {
    expect(stateSign(session({}))).toBeUndefined();
    expect(stateSign(session({ state: "committed" }))).toBe("check");
    expect(stateSign(session({ state: "committed", undone: true }))).toBe("undo");
    expect(stateSign(session({ state: "aborted", exit_status: 0 }))).toBe("abort");
    expect(stateSign(session({ state: "aborted", why: "There is no program x." }))).toBe("alert");
    expect(stateSign(session({ state: "broken" }))).toBe("alert");
    // It ran: what it wrote is still to be removed.
    const left = { what: "not-removed", error: { code: "io", message: "", hint: "" } } as const;
    expect(stateSign(session({ state: "aborted", why: "…", cause: left }))).toBe("abort");
    expect(stateSign(session({ state: "aborted", why: "…", cause: { what: "killed-early" } }))).toBe("alert");
  });

  it("says how its program ended", () => {
    expect(endWords(session({ exit_status: 0 }))).toBe("ended well");
    expect(endWords(session({ exit_status: 3 }))).toBe("ended with status 3");
    expect(endWords(session({ exit_status: 137 }))).toBe("was killed");
    expect(endWords(session({ exit_status: 130 }))).toBe("ended by Ctrl-C");
    expect(endWords(session({ exit_status: 137, cause: { what: "unheeded" } }))).toMatch(/^was killed, /);
    expect(endWords(session({ cause: { what: "killed" } }))).toBe("ended from outside");
    expect(endWords(session({ exit_status: 0, state: "running" }))).toBeUndefined();
    expect(endWords(session({}))).toBeUndefined();
  });

  it("can be decided on between its start and its commit", () => {
    const states = [
      "starting",
      "running",
      "finished",
      "committing",
      "committed",
      "aborted",
      "broken",
    ] as const;
    expect(states.filter((state) => canDecide(session({ state })))).toEqual(["running", "finished"]);
  });

  it("tells what its commit waits for, as long as it does", () => {
    const why = "its commit was cut off and waits: nothing is mounted there.";
    expect(whatItWaitsFor(session({ state: "committing", why }))?.message).toBe(why);
    const error = { code: "io", reason: "mount-gone", message: "m", hint: "h" } as const;
    const cause = { what: "commit-waits", commit: "c1", error } as const;
    const waits = whatItWaitsFor(session({ state: "committing", why, cause }));
    expect(waits && errorText(waits).what).toBe("It waits. A disk is not there any more.");
    expect(whatItWaitsFor(session({ state: "committing" }))).toBeUndefined();
    expect(whatItWaitsFor(session({ state: "aborted", why }))).toBeUndefined();
  });

  it("stands in the group that says what it asks of a person", () => {
    const groups = groupSessions([
      session({ id: "old", created: "2026-01-01T00:00:00Z" }),
      session({ id: "run", state: "running" }),
      session({ id: "new", created: "2026-01-02T00:00:00Z" }),
      session({ id: "done", state: "committed" }),
      session({ id: "busy", state: "committing", created: "2025-01-02T00:00:00Z" }),
    ]);
    expect(groups.running.map((s) => s.id)).toEqual(["run"]);
    expect(groups.waiting.map((s) => s.id)).toEqual(["new", "old", "busy"]);
    expect(groups.done.map((s) => s.id)).toEqual(["done"]);
  });

  it("waits for a person while it stands still, has a clock for its first program only, and goes when it was cleared", () => {
    const still = session({
      id: "still",
      state: "running",
      frozen: { why: "quota", used: 2, limit: 1, since: "2026-01-01T00:00:01Z" },
    });
    const more = session({ id: "more", state: "running", ended: "2026-01-01T00:00:01Z" });
    const done = session({ id: "done", state: "aborted" });
    const groups = groupSessions([still, more, done, { ...done, id: "other" }], ["done", "still", "gone"]);
    expect(groups.waiting).toEqual([still]);
    expect(groups.running).toEqual([more]);
    expect(groups.done.map(({ id }) => id)).toEqual(["other"]);
    expect([still, more, session({ state: "running" })].map(isTicking)).toEqual([false, false, true]);
  });

  it("is not taken back to what it was by an answer that came late", () => {
    const running = session({ state: "running" });
    const finished = session({ state: "finished" });
    expect(withAnswer([running], finished, false)).toEqual([finished]);
    expect(withAnswer([finished], running, true)).toEqual([finished]);
    // One that the list does not know yet is there at once.
    expect(withAnswer([session({ id: "b" })], running, true).map((s) => s.id)).toEqual(["a", "b"]);
  });
});
