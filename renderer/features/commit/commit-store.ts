// Carries a commit out, step by step: stop, check, ask, commit. The steps themselves are in commit-model.
import { create } from "zustand";
import type { Summary } from "../../../protocol/src/change.js";
import type { CommitRequest, CommitResult } from "../../../protocol/src/commit.js";
import type { Conflict, SeeError } from "../../../protocol/src/errors.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { nextTicket, see } from "../../see.js";
import type { Settled } from "../changes/feed-reader.js";
import { useFeed } from "../changes/feed-store.js";
import { NO_FILTER } from "../changes/filter-model.js";
import { KINDS } from "../changes/kinds.js";
import { pathParts } from "../changes/path-parts.js";
import { useReview } from "../changes/review-store.js";
import { choose, chooseNeeded, selectionRequest } from "../changes/selection-model.js";
import { showFirst } from "../changes/tree-actions.js";
import { findNode } from "../changes/tree-model.js";
import { ROOT } from "../changes/tree.js";
import { useHistory } from "../history/history-store.js";
import { useSessions } from "../run/sessions-store.js";
import {
  afterCheck,
  afterCommit,
  checkOf,
  isCancellable,
  isOutdated,
  isReady,
  NOTHING_ASKED,
  resolveList,
  withAnswer,
  withProgress,
  type Answer,
  type Asked,
  type CommitStep,
} from "./commit-model.js";
import { previewsOf, standing, useVersions } from "./versions-store.js";

interface CommitState {
  state: CommitStep;
  session: string;
  /** Changes that are chosen and that stay behind, as they were when the check began. */
  chosen: number;
  left: number;
  /** Whether the session has changed since a check of this screen: what is shown is another one's result. Null: nobody can tell. */
  changed: boolean | null;
  /** The last commit that was made here: its Undo stays in sight. */
  last: { session: string; result: CommitResult } | null;
  begin: (session: string, live: boolean) => void;
  /** Commits now, or as soon as the check is through and all is answered. */
  hurry: () => void;
  forgetLast: () => void;
  stopAndCheck: () => Promise<void>;
  check: () => Promise<void>;
  answer: (conflicts: readonly Conflict[], answer: Answer | null) => void;
  /** Commits these too, although the ignore list has them. */
  include: (paths: readonly PathRef[]) => Promise<void>;
  includeNeeds: () => Promise<void>;
  commit: () => Promise<void>;
  /** Says what went wrong beside the commit itself. */
  fail: (error: SeeError) => void;
  cancel: () => void;
  /** The screen is gone: a check is given up. A commit is not, wherever one looks meanwhile. */
  leave: () => void;
}

export const useCommit = create<CommitState>((set, get) => {
  let hurried = 0;
  /** Whether the list was read anew for this screen because a check had found other changes: once is enough. */
  let isReread = false;
  /** Counts the screens that were opened: what an earlier one waited for is nothing to this one. */
  let screen = 0;
  let selection: Pick<CommitRequest, "only" | "skip" | "include"> = {};
  let included: readonly PathRef[] = [];
  /** What was asked last, with its answers: a check begun anew keeps what is still on offer. */
  let asked: Asked = NOTHING_ASKED;
  /** Of which state of the session the last check was: as the feed and as the helper tell it. */
  let checked: { list: string | null; stamp: string | undefined } = { list: null, stamp: undefined };
  const follow = (): (() => void) =>
    see.onProgress((progress) => set({ state: withProgress(get().state, progress) }));
  /** Checks when all is listed that the session did: a part of it is no choice of anybody's. */
  const checkWhole = async (): Promise<void> => {
    if (!isWhole(useFeed.getState())) {
      const mine = screen;
      set({ state: { step: "reading" } });
      const error = await wholeFeed();
      if (mine !== screen || get().state.step !== "reading") return;
      if (error !== null) return get().fail(error);
    }
    await get().check();
  };
  /** Checks again what a program has changed since: nobody decides about what they have not seen. */
  const recheck = (): void => {
    const { state, session } = get();
    const feed = useFeed.getState();
    if (state.step !== "review" || state.work !== null || feed.session !== session || !isWhole(feed)) return;
    if (listOf(feed.settled) !== checked.list) void look(true);
  };
  useFeed.subscribe(recheck);
  /** Has the helper check. By itself, because something was told, it takes nothing away as long as the session holds what it held. */
  const look = async (byItself: boolean): Promise<void> => {
    const { session } = get();
    const { tree, settled } = useFeed.getState();
    const ticket = nextTicket();
    const list = listOf(settled);
    selection = selectionRequest(tree);
    if (included.length > 0) selection.include = [...included];
    const before = get().state;
    const work = { ticket, progress: null };
    if (before.step === "review") asked = before;
    const earlier = checkOf(before);
    if (earlier !== null) void see.cancel(earlier.ticket);
    set({
      state: before.step === "review" ? { ...before, work } : { step: "checking", ...work },
      chosen: tree.chosen[0]!,
      left: tree.total[0]! - tree.chosen[0]!,
    });
    const stop = follow();
    const outcome = await see.check({ session, ...selection }, ticket);
    // Answered while the check was under way.
    const meanwhile = get().state;
    if (meanwhile.step === "review") asked = meanwhile;
    const previews = await previewsOf(session, asked);
    stop();
    const { state } = get();
    // Given up or begun anew meanwhile.
    if (checkOf(state)?.ticket !== ticket) return;
    if (state.step === "review") asked = state;
    // The machine itself has changed below the same paths, by an undo for instance: no feed tells that.
    if (!isReread && outcome.ok && !isAsListed(outcome.value.summary, settled)) {
      isReread = true;
      useFeed.getState().retry();
      return checkWhole();
    }
    const stamp = outcome.ok ? outcome.value.stamp : undefined;
    const moved = checked.stamp !== undefined && stamp !== undefined && stamp !== checked.stamp;
    const isSame = stamp !== undefined && stamp === checked.stamp;
    checked = { list, stamp: stamp ?? checked.stamp };
    if (byItself && isSame && state.step === "review") {
      set({ state: { ...state, work: null } });
    } else {
      // Another look at the machine: what was read of it before is old.
      useVersions.getState().renew(previews);
      asked = { ...asked, answers: standing(asked.answers) };
      set({ state: afterCheck(outcome, asked), changed: moved || get().changed });
    }
    recheck();
    // What has come since is shown first: who wished to commit had not seen it. A check that began anew takes the wish along.
    if (hurried === ticket && !moved) get().hurry();
  };

  return {
    state: { step: "cancelled" },
    session: "",
    chosen: 0,
    left: 0,
    changed: false,
    last: null,
    begin: (session, live) => {
      const { state } = get();
      // A commit that is under way goes on, and is shown again.
      if (state.step === "committing" && get().session === session) return;
      screen += 1;
      // Merges that were begun are there when somebody who left the screen comes back; whether they hold is seen then.
      if (get().session === session) useVersions.getState().renew(new Map());
      else useVersions.getState().forget();
      const { tree } = useFeed.getState();
      included = [];
      isReread = false;
      asked = NOTHING_ASKED;
      checked = { list: null, stamp: undefined };
      // What was decided on an earlier screen does not count on this one.
      set({ state: { step: "cancelled" } });
      set({ session, chosen: tree.chosen[0]!, left: tree.total[0]! - tree.chosen[0]!, changed: false });
      if (live) set({ state: { step: "stop" } });
      else void checkWhole();
    },
    stopAndCheck: async () => {
      const ticket = nextTicket();
      set({ state: { step: "noting", ticket, progress: null } });
      const mine = screen;
      const { session } = get();
      // A program that is asked to end can still change what the person has looked at: then that is said.
      const end = follow();
      const seen = await see.check({ session, ...selectionRequest(useFeed.getState().tree) }, ticket);
      end();
      // Given up: then nothing is stopped.
      if (mine !== screen || checkOf(get().state)?.ticket !== ticket) return;
      set({ state: { step: "stopping" } });
      const outcome = await useSessions.getState().stop(session);
      if (mine !== screen) return;
      if (!outcome.ok) return set({ state: { step: "failed", error: outcome.error } });
      const stamp = seen.ok ? seen.value.stamp : undefined;
      checked = { list: null, stamp };
      if (stamp === undefined) set({ changed: null });
      await checkWhole();
    },
    check: () => look(false),
    hurry: () => {
      const { state } = get();
      const check = checkOf(state);
      if (check !== null) hurried = check.ticket;
      else void get().commit();
    },
    forgetLast: () => set({ last: null }),
    answer: (conflicts, answer) => set({ state: withAnswer(get().state, conflicts, answer) }),
    include: async (paths) => {
      included = [...included, ...paths];
      await get().check();
    },
    includeNeeds: async () => {
      const { state } = get();
      if (state.step !== "needs") return;
      chooseNeeded(
        useFeed.getState().tree,
        state.needs.map((need) => need.needs),
      );
      useFeed.getState().touch();
      await get().check();
    },
    commit: async () => {
      const { state, session } = get();
      if (!isReady(state) || get().chosen === 0) return;
      asked = state;
      const { conflicts, answers, aside } = state;
      const request: CommitRequest = { session, ...selection };
      if (conflicts.length > 0) request.resolve = resolveList(conflicts, answers);
      if (checked.stamp !== undefined) request.stamp = checked.stamp;
      const ticket = nextTicket();
      set({ state: { step: "committing", ticket, progress: null, cancelling: false } });
      const mine = screen;
      const stop = follow();
      const outcome = await see.commit(request, ticket);
      stop();
      // Another commit may be on the screen by now.
      const previews = mine === screen && !outcome.ok ? await previewsOf(session, asked) : new Map();
      if (mine === screen) {
        if (outcome.ok) useVersions.getState().forget();
        else useVersions.getState().renew(previews);
        const known = { ...state, answers: standing(answers) };
        set({ state: afterCommit(outcome, known, aside) });
        if (isOutdated(outcome)) await get().check();
      }
      if (outcome.ok) {
        set({ last: { session, result: outcome.value } });
        // What is left of the session is a new picture, and all of it is up for the next decision.
        if (useFeed.getState().session === session) {
          choose(useFeed.getState().tree, ROOT, true);
          useFeed.getState().retry();
          void showRest(session);
        }
        void useHistory.getState().load();
        void useSessions.getState().load();
      }
    },
    fail: (error) => set({ state: { step: "failed", error } }),
    cancel: () => {
      const { state } = get();
      if (!isCancellable(state)) return;
      const check = checkOf(state);
      if (check !== null) {
        void see.cancel(check.ticket);
        set({ state: state.step === "review" ? { ...state, work: null } : { step: "cancelled" } });
      } else if (state.step === "committing") {
        void see.cancel(state.ticket);
        set({ state: { ...state, cancelling: true } });
      }
    },
    leave: () => {
      const { state } = get();
      const check = checkOf(state);
      if (check !== null) void see.cancel(check.ticket);
      // Nothing is checked anew for a screen that nobody sees.
      const asks = state.step === "reading" || state.step === "review";
      if (check !== null || asks) set({ state: { step: "cancelled" } });
    },
  };
});

/** Tells whether the feed has told all that a stopped program did, and all of it is in the list. */
function isWhole({ settled, reading }: ReturnType<typeof useFeed.getState>): boolean {
  return settled !== null && !settled.live && !reading;
}

/** Names a list as it was told once; null while it is not told whole. */
function listOf(settled: Settled | null): string | null {
  return settled === null ? null : `${settled.watch} ${settled.revision}`;
}

/** Tells whether a list has as many changes of each kind as a check has found. */
function isAsListed(found: Summary | undefined, settled: Settled | null): boolean {
  return found === undefined || KINDS.every((kind) => settled?.summary[kind] === found[kind]);
}

/** Shows what is left of a session, where what was in hand was committed. */
async function showRest(session: string): Promise<void> {
  if ((await wholeFeed()) !== null) return;
  const { session: now, tree } = useFeed.getState();
  const { opened } = useReview.getState();
  if (now === session && opened !== null && findNode(tree, pathParts(opened)) === undefined)
    showFirst(tree, NO_FILTER);
}

/** Waits until the list is whole. Returns why it will not be. */
function wholeFeed(): Promise<SeeError | null> {
  return new Promise((resolve) => {
    const look = (state: ReturnType<typeof useFeed.getState>): boolean => {
      if (state.error === null && !isWhole(state)) return false;
      resolve(state.error);
      return true;
    };
    if (look(useFeed.getState())) return;
    const stop = useFeed.subscribe((state) => {
      if (look(state)) stop();
    });
  });
}
