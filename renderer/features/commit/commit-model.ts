// The way of a commit, from the question to what was done. Pure: outcomes in, the next step out.
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { CheckResult, CommitRequest, CommitResult } from "../../../protocol/src/commit.js";
import type { Conflict, Need, Resolution, SeeError } from "../../../protocol/src/errors.js";
import { pathKey } from "../../../protocol/src/path.js";
import type { Phase, Progress } from "../../../protocol/src/rpc.js";

export type Answers = ReadonlyMap<string, Resolution>;

export type CommitStep =
  | { step: "stop" }
  | { step: "stopping" }
  | { step: "checking"; ticket: number; progress: Progress | null }
  | { step: "ready" }
  | { step: "conflicts"; conflicts: readonly Conflict[]; answers: Answers }
  | { step: "needs"; needs: readonly Need[] }
  | { step: "committing"; ticket: number; progress: Progress | null; cancelling: boolean }
  | { step: "done"; result: CommitResult }
  | { step: "failed"; error: SeeError }
  | { step: "cancelled" };

/** Phases in which a commit can still be given up. */
const CANCELLABLE: ReadonlySet<Phase> = new Set(["scan", "check", "stage"]);

/** Returns the step after a check. */
export function afterCheck(outcome: Outcome<CheckResult>): CommitStep {
  if (!outcome.ok) return afterError(outcome.error);
  const { consistent, conflicts } = outcome.value;
  return consistent ? { step: "ready" } : { step: "conflicts", conflicts, answers: new Map() };
}

/** Returns the step after a commit. */
export function afterCommit(outcome: Outcome<CommitResult>): CommitStep {
  return outcome.ok ? { step: "done", result: outcome.value } : afterError(outcome.error);
}

/** Returns the state with the progress in it, when the progress is of its request. */
export function withProgress(state: CommitStep, progress: Progress): CommitStep {
  if (state.step !== "checking" && state.step !== "committing") return state;
  return progress.request === state.ticket ? { ...state, progress } : state;
}

/** Returns the state with one answer for these conflicts, where it is on offer. */
export function withAnswer(
  state: CommitStep,
  conflicts: readonly Conflict[],
  answer: Resolution,
): CommitStep {
  if (state.step !== "conflicts") return state;
  const answers = new Map(state.answers);
  for (const conflict of conflicts)
    if (conflict.choices.includes(answer)) answers.set(pathKey(conflict), answer);
  return { ...state, answers };
}

/** Returns the conflicts that have no answer yet. */
export function unanswered(conflicts: readonly Conflict[], answers: Answers): Conflict[] {
  return conflicts.filter((conflict) => !answers.has(pathKey(conflict)));
}

/** Returns the answers that at least one of the conflicts offers, in the order of the contract. */
export function commonChoices(conflicts: readonly Conflict[]): Resolution[] {
  const order: Resolution[] = ["skip", "overwrite", "both", "merge"];
  return order.filter((choice) => conflicts.some((conflict) => conflict.choices.includes(choice)));
}

/** Returns the answers as they are sent. */
export function resolveList(
  conflicts: readonly Conflict[],
  answers: Answers,
): NonNullable<CommitRequest["resolve"]> {
  return conflicts.flatMap((conflict) => {
    const choice = answers.get(pathKey(conflict));
    if (choice === undefined) return [];
    const { path, path_bytes } = conflict;
    return [path_bytes === undefined ? { path, choice } : { path, path_bytes, choice }];
  });
}

/** Tells whether the work can still be given up. */
export function isCancellable(state: CommitStep): boolean {
  if (state.step === "checking") return true;
  if (state.step !== "committing") return false;
  return !state.cancelling && (state.progress === null || CANCELLABLE.has(state.progress.phase));
}

/** Tells whether the dialog may be left: not while the helper works. */
export function isLeavable(state: CommitStep): boolean {
  return state.step !== "committing" && state.step !== "stopping";
}

function afterError(error: SeeError): CommitStep {
  if (error.code === "conflicts" && error.conflicts !== undefined) {
    return { step: "conflicts", conflicts: error.conflicts, answers: new Map() };
  }
  if (error.code === "selection-needs" && error.needs !== undefined)
    return { step: "needs", needs: error.needs };
  if (error.code === "cancelled") return { step: "cancelled" };
  return { step: "failed", error };
}
