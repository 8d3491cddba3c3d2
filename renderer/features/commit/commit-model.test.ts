import { describe, expect, it } from "vitest";
import type { Conflict } from "../../../protocol/src/errors.js";
import {
  type Answer,
  afterCheck,
  afterCommit,
  answeredWith,
  checkOf,
  commonChoices,
  fits,
  groupNeeds,
  isCancellable,
  isLeavable,
  isOutdated,
  isReady,
  NO_ASIDE,
  resolveList,
  unanswered,
  withAnswer,
  withProgress,
  type CommitStep,
  type Review,
} from "./commit-model.js";

const log: Conflict = {
  path: "/var/log/a",
  reason: "write-then-changed",
  choices: ["skip", "overwrite", "merge"],
};
const odd: Conflict = {
  path: "/x\ufffd",
  path_bytes: "L3j/",
  reason: "name-appeared",
  choices: ["skip", "both"],
};
const asked = afterCheck({ ok: true, value: { consistent: false, conflicts: [log, odd] } });

describe("a commit", () => {
  it("goes on only when the check finds the machine as it was", () => {
    const joined = [{ path: "/var/log/b" }];
    expect(afterCheck({ ok: true, value: { consistent: true, conflicts: [], joined } })).toEqual({
      step: "review",
      conflicts: [],
      answers: new Map(),
      more: 0,
      aside: { ...NO_ASIDE, joined },
      work: null,
    });
    expect(asked).toMatchObject({ step: "review", conflicts: [log, odd] });
    expect(isReady(asked)).toBe(false);
    expect(isReady(withAnswer(asked, [log, odd], { choice: "skip" }))).toBe(true);
  });

  it("takes conflicts and needs also from the commit itself", () => {
    const base = { message: "", hint: "" };
    expect(afterCommit({ ok: false, error: { ...base, code: "conflicts", conflicts: [log] } })).toMatchObject(
      {
        step: "review",
      },
    );
    const needs = [{ path: "/a/b", needs: { path: "/a" } }];
    expect(afterCommit({ ok: false, error: { ...base, code: "selection-needs", needs } })).toEqual({
      step: "needs",
      needs,
    });
    expect(afterCommit({ ok: false, error: { ...base, code: "cancelled" } })).toEqual({ step: "cancelled" });
    expect(afterCommit({ ok: false, error: { ...base, code: "disk-full" } })).toMatchObject({
      step: "failed",
    });
  });

  describe("with more conflicts than a message holds", () => {
    const many = (from: number, to: number): Conflict[] =>
      Array.from({ length: to - from }, (_, place) => ({ ...log, path: `/many/${from + place}` }));
    const refused = (conflicts: Conflict[], paths?: number): Parameters<typeof afterCommit>[0] => ({
      ok: false,
      error: {
        code: "conflicts",
        message: "",
        hint: "",
        conflicts,
        ...(paths === undefined ? {} : { facts: { paths } }),
      },
    });
    const all = (state: CommitStep): Review => {
      if (state.step !== "review") throw new Error("nothing is asked");
      return answeredWith(state, state.conflicts, { choice: "skip" });
    };
    const first = afterCheck({
      ok: true,
      value: { consistent: false, conflicts: many(0, 1000), conflicts_more: 1500, joined_more: 7 },
    });

    it("says how many there are, and sends all answers with those to what is told later", () => {
      expect(first).toMatchObject({ more: 1500, aside: { joinedMore: 7 } });
      const second = afterCommit(refused(many(1000, 2000), 1500), all(first));
      expect(second).toMatchObject({ step: "review", more: 500 });
      expect(isReady(second)).toBe(false);
      const third = all(afterCommit(refused(many(2000, 2500)), all(second)));
      expect(third.more).toBe(0);
      const sent = resolveList(third.conflicts, third.answers).map(({ path }) => path);
      expect(sent.toSorted()).toEqual(
        many(0, 2500)
          .map(({ path }) => path)
          .toSorted(),
      );
    });

    it("keeps them over another check, which tells the first ones again", () => {
      const second = all(afterCommit(refused(many(1000, 2000), 1500), all(first)));
      const value = { consistent: false, conflicts: many(0, 1000), conflicts_more: 1500 };
      const again = afterCheck({ ok: true, value }, second);
      expect(again).toMatchObject({ more: 500 });
      expect(isReady(again)).toBe(true);
      // What is told whole and lacks them says that they have passed.
      const few = afterCheck(
        { ok: true, value: { ...value, conflicts: many(5, 6), conflicts_more: 0 } },
        second,
      );
      expect(few).toMatchObject({ conflicts: many(5, 6), more: 0 });
    });

    it("asks about a new one without forgetting what was answered before", () => {
      const state = all(afterCheck({ ok: true, value: { consistent: false, conflicts: [log] } }));
      const next = all(afterCommit(refused([odd]), state));
      expect(resolveList(next.conflicts, next.answers)).toHaveLength(2);
    });
  });

  it("answers many conflicts at once, each only with what it offers", () => {
    const answered = withAnswer(asked, [log, odd], { choice: "both" });
    if (answered.step !== "review") throw new Error("lost the conflicts");
    expect(unanswered(answered.conflicts, answered.answers)).toEqual([log]);
    expect(resolveList(answered.conflicts, answered.answers)).toEqual([
      { path: "/x\ufffd", path_bytes: "L3j/", choice: "both" },
    ]);
    expect(commonChoices([log, odd])).toEqual(["skip", "overwrite", "both", "merge"]);
    const stopping: CommitStep = { step: "stopping" };
    expect(withAnswer(stopping, [log], { choice: "skip" })).toBe(stopping);
  });

  it("takes a merge by hand only with its text, and answers back when they are taken back", () => {
    const contested: Conflict = { ...log, choices: ["skip"], merge: "by-hand" };
    const made = { choice: "merge", merged: { stamp: "s", content: "x" } } as const;
    expect(fits(contested, { choice: "merge" })).toBe(false);
    expect(fits(contested, made)).toBe(true);
    const state: CommitStep = {
      step: "review",
      conflicts: [contested],
      answers: new Map(),
      more: 0,
      aside: NO_ASIDE,
      work: null,
    };
    const answered = withAnswer(state, [contested], made);
    if (answered.step !== "review") throw new Error("lost the conflicts");
    expect(resolveList(answered.conflicts, answered.answers)).toEqual([{ path: log.path, ...made }]);
    expect(withAnswer(answered, [contested], null)).toEqual(state);
  });

  it("keeps answers over another check, texts too, but for what is no longer on offer", () => {
    const made = { choice: "merge", merged: { stamp: "s", content: "x" } } as const;
    const known = new Map<string, Answer>([
      [log.path, { choice: "overwrite" }],
      ["\0L3j/", { choice: "overwrite" }],
      ["/t", made],
      ["/u", made],
    ]);
    const text: Conflict = { path: "/t", reason: "write-then-changed", choices: ["skip"], merge: "by-hand" };
    const other: Conflict = { path: "/u", reason: "write-then-changed", choices: ["skip"] };
    const value = { consistent: false, conflicts: [log, odd, text, other] };
    const again = afterCheck({ ok: true, value }, { conflicts: value.conflicts, answers: known, more: 0 });
    const kept = new Map<string, Answer>([
      [log.path, { choice: "overwrite" }],
      ["/t", made],
    ]);
    expect(again).toMatchObject({ answers: kept });
  });

  it("shows what the last check found while another one is under way, and waits for it", () => {
    const answered = withAnswer(asked, [log, odd], { choice: "skip" });
    if (answered.step !== "review") throw new Error("lost the conflicts");
    const again: CommitStep = { ...answered, work: { ticket: 9, progress: null } };
    expect(isReady(again)).toBe(false);
    expect(isCancellable(again)).toBe(true);
    const progress = { request: 9, phase: "scan", done: 4 } as const;
    expect(checkOf(withProgress(again, progress))).toEqual({ ticket: 9, progress });
    expect(withProgress(again, { ...progress, request: 8 })).toBe(again);
  });

  it("says when the check could not rest on a record of what was looked at", () => {
    const of = (value: object): unknown =>
      afterCheck({ ok: true, value: { consistent: true, conflicts: [], ...value } });
    expect(of({ tracking: "opens" })).toMatchObject({ aside: { unseen: null } });
    expect(of({ tracking: "off" })).toMatchObject({ aside: { unseen: "off" } });
    expect(of({ tracking: "opens", missing: "cut-off" })).toMatchObject({ aside: { unseen: "cut-off" } });
  });

  it("knows a refusal because the session has changed since from any other", () => {
    const error = { code: "wrong-state", message: "", hint: "" } as const;
    expect(isOutdated({ ok: false, error: { ...error, facts: { stamp: "x" } } })).toBe(true);
    expect(isOutdated({ ok: false, error })).toBe(false);
    expect(isOutdated({ ok: false, error: { ...error, code: "io", facts: { stamp: "x" } } })).toBe(false);
  });

  it("tells each needed path once", () => {
    const needs = [
      { path: "/a/b", needs: { path: "/a" } },
      { path: "/a/c", needs: { path: "/a" } },
      { path: "/l", needs: { path: "/k" } },
    ];
    expect(groupNeeds(needs)).toEqual([
      { need: { path: "/a" }, by: [{ path: "/a/b" }, { path: "/a/c" }] },
      { need: { path: "/k" }, by: [{ path: "/l" }] },
    ]);
  });

  it("can be given up until changes are applied, and not left while it works", () => {
    const working: CommitStep = { step: "committing", ticket: 7, progress: null, cancelling: false };
    const staging = withProgress(working, { request: 7, phase: "stage", done: 1, total: 2 });
    const applying = withProgress(working, { request: 7, phase: "apply", done: 1, total: 2 });
    expect([working, staging, applying].map(isCancellable)).toEqual([true, true, false]);
    expect(withProgress(working, { request: 8, phase: "apply", done: 1 })).toBe(working);
    expect(isCancellable({ ...working, cancelling: true })).toBe(false);
    expect(isLeavable(working)).toBe(false);
    expect(isLeavable(asked)).toBe(true);
  });
});
