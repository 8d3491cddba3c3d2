import { describe, expect, it } from "vitest";
import type { Conflict } from "../../../protocol/src/errors.js";
import {
  afterCheck,
  afterCommit,
  commonChoices,
  isCancellable,
  isLeavable,
  resolveList,
  unanswered,
  withAnswer,
  withProgress,
  type CommitStep,
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
    expect(afterCheck({ ok: true, value: { consistent: true, conflicts: [] } })).toEqual({ step: "ready" });
    expect(asked).toMatchObject({ step: "conflicts", conflicts: [log, odd] });
  });

  it("takes conflicts and needs also from the commit itself", () => {
    const base = { message: "", hint: "" };
    expect(afterCommit({ ok: false, error: { ...base, code: "conflicts", conflicts: [log] } })).toMatchObject(
      {
        step: "conflicts",
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

  it("answers many conflicts at once, each only with what it offers", () => {
    const answered = withAnswer(asked, [log, odd], "both");
    if (answered.step !== "conflicts") throw new Error("lost the conflicts");
    expect(unanswered(answered.conflicts, answered.answers)).toEqual([log]);
    expect(resolveList(answered.conflicts, answered.answers)).toEqual([
      { path: "/x\ufffd", path_bytes: "L3j/", choice: "both" },
    ]);
    expect(commonChoices([log, odd])).toEqual(["skip", "overwrite", "both", "merge"]);
    expect(withAnswer({ step: "ready" }, [log], "skip")).toEqual({ step: "ready" });
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
