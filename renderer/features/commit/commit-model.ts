// The way of a commit, from the question to what was done. Pure: outcomes in, the next step out.
import type { Outcome } from "../../../protocol/src/bridge.js";
import type {
  CheckResult,
  CommitResult,
  MissingReads,
  ResolveItem,
  SharedFile,
} from "../../../protocol/src/commit.js";
import type { Conflict, Need, Resolution, SeeError } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import type { Phase, Progress } from "../../../protocol/src/rpc.js";

/** What a person decided about one conflict; `merged` is the text of a merge that they made. */
export type Answer = Pick<ResolveItem, "choice" | "merged">;
export type Answers = ReadonlyMap<string, Answer>;

/** What is asked of a person. */
export interface Asked {
  conflicts: readonly Conflict[];
  answers: Answers;
  /** How many more conflicts there are, which no message had room for. */
  more: number;
}

/** What needs no decision and is told all the same. */
export interface Aside {
  joined: readonly PathRef[];
  ignored: readonly PathRef[];
  /** How many more of each there are than are told. */
  joinedMore: number;
  ignoredMore: number;
  /** Files that change under other names, too, and how many more there are than are told. */
  shared: readonly SharedFile[];
  sharedMore: number;
  /** Why less was recorded of what the programs looked at than there was, if so: the check is then stricter. */
  unseen: "off" | MissingReads | null;
}

/** A request that is under way. */
export interface Work {
  ticket: number;
  progress: Progress | null;
}

/** What a check has found, to be looked at, answered and chosen from. */
export interface Review extends Asked {
  step: "review";
  aside: Aside;
  /** Another check: the choice has changed, or the person asked for it. What is shown is what the last one found. */
  work: Work | null;
}

export type CommitStep =
  | { step: "stop" }
  /** What the session holds is noted before its program is stopped: so that it can be told when that changed something. */
  | ({ step: "noting" } & Work)
  | { step: "stopping" }
  /** The list of changes is not whole yet: nothing is counted or chosen from a part of it. */
  | { step: "reading" }
  | ({ step: "checking" } & Work)
  | Review
  | { step: "needs"; needs: readonly Need[] }
  | ({ step: "committing"; cancelling: boolean } & Work)
  | { step: "done"; result: CommitResult }
  | { step: "failed"; error: SeeError }
  | { step: "cancelled" };

export const NO_ASIDE: Aside = {
  joined: [],
  ignored: [],
  joinedMore: 0,
  ignoredMore: 0,
  shared: [],
  sharedMore: 0,
  unseen: null,
};
export const NOTHING_ASKED: Asked = { conflicts: [], answers: new Map(), more: 0 };

/** Phases in which a commit can still be given up. */
const CANCELLABLE: ReadonlySet<Phase> = new Set(["scan", "check", "stage"]);

/** Steps in which nothing is counted yet, or any more. */
const NOT_COUNTED: ReadonlySet<CommitStep["step"]> = new Set([
  "stop",
  "noting",
  "stopping",
  "reading",
  "done",
]);

/** Steps in which nothing was begun yet. */
const BEFORE: ReadonlySet<CommitStep["step"]> = new Set([
  "stop",
  "noting",
  "reading",
  "checking",
  "review",
  "needs",
]);

/** Returns the step after a check. What was answered before and is still on offer stays answered. */
export function afterCheck(outcome: Outcome<CheckResult>, known: Asked = NOTHING_ASKED): CommitStep {
  if (!outcome.ok) return afterError(outcome.error, known, NO_ASIDE);
  const { conflicts, joined = [], ignored = [], tracking, missing, ...found } = outcome.value;
  const { conflicts_more: more = 0, joined_more: joinedMore = 0, ignored_more: ignoredMore = 0 } = found;
  const { other_names: shared = [], other_names_more: sharedMore = 0 } = found;
  const unseen = tracking === "off" ? tracking : (missing ?? null);
  // A check tells all conflicts, answered or not. An earlier one that it leaves out has passed, unless there was no room.
  const asked = askedAgain(conflicts, more === 0 ? [] : answered(known), known.answers);
  const untold = Math.max(0, more - (asked.conflicts.length - conflicts.length));
  return review(
    { ...asked, more: untold },
    { joined, ignored, joinedMore, ignoredMore, shared, sharedMore, unseen },
  );
}

/** Returns the step after a commit; `aside` is what the check before it has told. */
export function afterCommit(
  outcome: Outcome<CommitResult>,
  known: Asked = NOTHING_ASKED,
  aside: Aside = NO_ASIDE,
): CommitStep {
  return outcome.ok ? { step: "done", result: outcome.value } : afterError(outcome.error, known, aside);
}

/**
 * Returns what is asked after a refusal, null when it was for something else. It tells only what has no answer, and of
 * that no more than a message holds: what was answered is asked still, and stays answered.
 */
export function afterRefusal({ code, conflicts, facts }: SeeError, known: Asked): Asked | null {
  if (code !== "conflicts" || conflicts === undefined) return null;
  const all = Number(facts?.["paths"] ?? conflicts.length);
  return { ...askedAgain(conflicts, answered(known), known.answers), more: all - conflicts.length };
}

/** Tells whether a commit, or a discard, was refused because the session is not any more what was looked at. */
export function isOutdated(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && outcome.error.code === "wrong-state" && outcome.error.facts?.["stamp"] !== undefined;
}

/** Returns the state with the progress in it, when the progress is of its request. */
export function withProgress(state: CommitStep, progress: Progress): CommitStep {
  if (state.step === "review") {
    return state.work?.ticket === progress.request ? { ...state, work: { ...state.work, progress } } : state;
  }
  if (state.step !== "noting" && state.step !== "checking" && state.step !== "committing") return state;
  return progress.request === state.ticket ? { ...state, progress } : state;
}

/** Returns the check that is under way; null when there is none. */
export function checkOf(state: CommitStep): Work | null {
  if (state.step === "noting" || state.step === "checking") return state;
  return state.step === "review" ? state.work : null;
}

/** Tells whether the commit can be made now: all is answered and the check is through. */
export function isReady(state: CommitStep): state is Review {
  return (
    state.step === "review" && state.work === null && unanswered(state.conflicts, state.answers).length === 0
  );
}

/** Tells whether it is known how many changes the commit is about, and still to be decided. */
export function isCounted({ step }: CommitStep): boolean {
  return !NOT_COUNTED.has(step);
}

/** Returns how many of the chosen changes a commit would bring: without what the ignore list leaves out. */
export function countOf(state: CommitStep, chosen: number): number {
  if (state.step !== "review") return chosen;
  return Math.max(0, chosen - state.aside.ignored.length - state.aside.ignoredMore);
}

/** Returns how many of the conflicts are about changes: the others are where the session only looked. */
export function changesOf(conflicts: readonly Conflict[]): number {
  return conflicts.filter((conflict) => conflict.only_read !== true).length;
}

/** Tells whether it has no meaning any more once the session was decided on elsewhere: nothing was begun yet. */
export function isOvertaken({ step }: CommitStep): boolean {
  return BEFORE.has(step);
}

/** Tells whether a conflict can be answered like this. */
export function fits(conflict: Conflict, answer: Answer): boolean {
  if (conflict.choices.includes(answer.choice)) return true;
  return answer.choice === "merge" && conflict.merge === "by-hand" && answer.merged !== undefined;
}

/** Returns the state with one answer for these conflicts, where it is on offer; null takes theirs back. */
export function withAnswer(
  state: CommitStep,
  conflicts: readonly Conflict[],
  answer: Answer | null,
): CommitStep {
  return state.step === "review" ? answeredWith(state, conflicts, answer) : state;
}

/** Returns what is asked with one answer for these conflicts, where it is on offer; null takes theirs back. */
export function answeredWith<T extends Asked>(
  asked: T,
  conflicts: readonly Conflict[],
  answer: Answer | null,
): T {
  const answers = new Map(asked.answers);
  for (const conflict of conflicts) {
    if (answer === null) answers.delete(pathKey(conflict));
    else if (fits(conflict, answer)) answers.set(pathKey(conflict), answer);
  }
  return { ...asked, answers };
}

/** Returns the conflicts that have no answer yet. */
export function unanswered(conflicts: readonly Conflict[], answers: Answers): Conflict[] {
  return conflicts.filter((conflict) => !answers.has(pathKey(conflict)));
}

/** Returns the answers that at least one of the conflicts offers, in the order of the contract. */
export function commonChoices(conflicts: readonly Conflict[]): Resolution[] {
  const offered = new Set(conflicts.flatMap((conflict) => conflict.choices));
  return (["skip", "overwrite", "both", "merge"] as const).filter((choice) => offered.has(choice));
}

/** Returns the answers in the form that the helper takes. */
export function resolveList(conflicts: readonly Conflict[], answers: Answers): ResolveItem[] {
  return conflicts.flatMap((conflict) => {
    const answer = answers.get(pathKey(conflict));
    return answer === undefined ? [] : [{ ...refOf(conflict), ...answer }];
  });
}

/** Returns what is needed, each once, with all that needs it. */
export function groupNeeds(needs: readonly Need[]): { need: PathRef; by: PathRef[] }[] {
  const groups = new Map<string, { need: PathRef; by: PathRef[] }>();
  for (const { needs: need, ...by } of needs) {
    const group = groups.get(pathKey(need));
    if (group === undefined) groups.set(pathKey(need), { need, by: [by] });
    else group.by.push(by);
  }
  return [...groups.values()];
}

/** Returns nothing but the path of a conflict or a need. */
export function refOf({ path, path_bytes }: PathRef): PathRef {
  return path_bytes === undefined ? { path } : { path, path_bytes };
}

/** Tells whether the work of this state can be given up. */
export function isCancellable(state: CommitStep): boolean {
  if (checkOf(state) !== null) return true;
  if (state.step !== "committing" || state.cancelling) return false;
  return isBeforeApply(state.progress);
}

/** Tells whether a commit or an undo that has come so far has changed nothing yet. */
export function isBeforeApply(progress: Progress | null): boolean {
  return progress === null || CANCELLABLE.has(progress.phase);
}

/** Tells whether the screen may be left now. */
export function isLeavable(state: CommitStep): boolean {
  return state.step !== "committing" && state.step !== "stopping";
}

/** Returns the conflicts that a message tells, then earlier ones that it does not tell, with the answers that fit still. */
function askedAgain(
  told: readonly Conflict[],
  earlier: readonly Conflict[],
  known: Answers,
): Pick<Asked, "conflicts" | "answers"> {
  const keys = new Set(told.map((conflict) => pathKey(conflict)));
  const conflicts = [...told, ...earlier.filter((conflict) => !keys.has(pathKey(conflict)))];
  return { conflicts, answers: kept(conflicts, known) };
}

function answered({ conflicts, answers }: Asked): Conflict[] {
  return conflicts.filter((conflict) => answers.has(pathKey(conflict)));
}

function kept(conflicts: readonly Conflict[], known: Answers): Answers {
  const answers = new Map<string, Answer>();
  for (const conflict of conflicts) {
    const answer = known.get(pathKey(conflict));
    if (answer !== undefined && fits(conflict, answer)) answers.set(pathKey(conflict), answer);
  }
  return answers;
}

function review(asked: Asked, aside: Aside): Review {
  return { step: "review", ...asked, aside, work: null };
}

function afterError(error: SeeError, known: Asked, aside: Aside): CommitStep {
  const asked = afterRefusal(error, known);
  if (asked !== null) return review(asked, aside);
  if (error.code === "selection-needs" && error.needs !== undefined)
    return { step: "needs", needs: error.needs };
  if (error.code === "cancelled") return { step: "cancelled" };
  return { step: "failed", error };
}
