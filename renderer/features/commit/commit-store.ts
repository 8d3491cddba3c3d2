// Carries a commit out, step by step: stop, check, ask, commit. The steps themselves are in commit-model.
import { create } from "zustand";
import type { CommitRequest, CommitResult } from "../../../protocol/src/commit.js";
import type { Conflict } from "../../../protocol/src/errors.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { useRoute } from "../../route-store.js";
import { nextTicket, see } from "../../see.js";
import { useFeed } from "../changes/feed-store.js";
import { choose, chooseNeeded, selectionRequest } from "../changes/selection-model.js";
import { ROOT } from "../changes/tree-model.js";
import { useHistory } from "../history/history-store.js";
import { useSessions } from "../run/sessions-store.js";
import {
  afterCheck,
  afterCommit,
  isCancellable,
  NO_ANSWERS,
  resolveList,
  unanswered,
  withAnswer,
  withProgress,
  type Answer,
  type Answers,
  type CommitStep,
} from "./commit-model.js";
import { useVersions } from "./versions-store.js";

interface CommitState {
  state: CommitStep;
  session: string;
  /** Changes that are chosen and that stay behind, as they were when the check began. */
  chosen: number;
  left: number;
  /** The last commit that was made here: its Undo stays in sight. */
  last: { session: string; result: CommitResult } | null;
  begin: (session: string, live: boolean) => void;
  /** Commits now, or as soon as the check has found nothing; with conflicts once all are answered. */
  hurry: () => void;
  forgetLast: () => void;
  stopAndCheck: () => Promise<void>;
  check: () => Promise<void>;
  answer: (conflicts: readonly Conflict[], answer: Answer | null) => void;
  /** Commits these too, although the ignore list has them. */
  include: (paths: readonly PathRef[]) => Promise<void>;
  includeNeeds: () => Promise<void>;
  commit: () => Promise<void>;
  /** Runs the session's command once more, in a new session, and goes there. */
  retry: () => Promise<void>;
  cancel: () => void;
}

/** After a stop, the last changes are waited for so long. */
const SETTLE_MS = 10_000;

export const useCommit = create<CommitState>((set, get) => {
  let hurried = 0;
  let selection: Pick<CommitRequest, "only" | "skip" | "include"> = {};
  let included: readonly PathRef[] = [];
  /** The last answers: a check begun anew keeps what is still on offer. */
  let answers: Answers = NO_ANSWERS;
  const follow = (): (() => void) =>
    see.onProgress((progress) => set({ state: withProgress(get().state, progress) }));

  return {
    state: { step: "cancelled" },
    session: "",
    chosen: 0,
    left: 0,
    last: null,
    begin: (session, live) => {
      const { tree } = useFeed.getState();
      included = [];
      answers = NO_ANSWERS;
      // What was decided in an earlier dialog does not count in this one.
      set({ state: { step: "cancelled" } });
      set({ session, chosen: tree.chosen[0]!, left: tree.total[0]! - tree.chosen[0]! });
      if (live) set({ state: { step: "stop" } });
      else void get().check();
    },
    stopAndCheck: async () => {
      set({ state: { step: "stopping" } });
      const outcome = await useSessions.getState().stop(get().session);
      if (!outcome.ok) return set({ state: { step: "failed", error: outcome.error } });
      await feedSettled();
      await get().check();
    },
    check: async () => {
      const { session } = get();
      const { tree } = useFeed.getState();
      const ticket = nextTicket();
      selection = selectionRequest(tree);
      if (included.length > 0) selection.include = [...included];
      const before = get().state;
      if (before.step === "conflicts") ({ answers } = before);
      set({
        state: { step: "checking", ticket, progress: null },
        chosen: tree.chosen[0]!,
        left: tree.total[0]! - tree.chosen[0]!,
      });
      const stop = follow();
      const outcome = await see.check({ session, ...selection }, ticket);
      stop();
      const { state } = get();
      // Given up or begun anew meanwhile.
      if (state.step !== "checking" || state.ticket !== ticket) return;
      // Another look at the machine: what was read of it before is old.
      useVersions.getState().reset();
      set({ state: afterCheck(outcome, answers) });
      if (hurried === ticket && get().state.step === "ready") await get().commit();
    },
    hurry: () => {
      const { state } = get();
      if (state.step === "checking") hurried = state.ticket;
      else if (state.step === "ready") void get().commit();
      else if (state.step === "conflicts" && unanswered(state.conflicts, state.answers).length === 0)
        void get().commit();
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
      const request: CommitRequest = { session, ...selection };
      if (state.step === "conflicts") {
        ({ answers } = state);
        request.resolve = resolveList(state.conflicts, answers);
      }
      const ticket = nextTicket();
      set({ state: { step: "committing", ticket, progress: null, cancelling: false } });
      const stop = follow();
      const outcome = await see.commit(request, ticket);
      stop();
      useVersions.getState().reset();
      set({ state: afterCommit(outcome, answers) });
      if (outcome.ok) {
        set({ last: { session, result: outcome.value } });
        // What is left of the session is a new picture, and all of it is up for the next decision.
        choose(useFeed.getState().tree, ROOT, true);
        useFeed.getState().retry();
        void useHistory.getState().load();
        void useSessions.getState().load();
      }
    },
    retry: async () => {
      const outcome = await useSessions.getState().retry(get().session);
      if (outcome.ok) useRoute.getState().go({ name: "session", session: outcome.value.id });
      else set({ state: { step: "failed", error: outcome.error } });
    },
    cancel: () => {
      const { state } = get();
      if (!isCancellable(state)) return;
      if (state.step === "checking") {
        void see.cancel(state.ticket);
        set({ state: { step: "cancelled" } });
      } else if (state.step === "committing") {
        void see.cancel(state.ticket);
        set({ state: { ...state, cancelling: true } });
      }
    },
  };
});

/** Waits until the feed has told all that a stopped program did. */
function feedSettled(): Promise<void> {
  const isThere = ({ settled, reading }: ReturnType<typeof useFeed.getState>): boolean =>
    settled !== null && !settled.live && !reading;
  return new Promise((resolve) => {
    if (isThere(useFeed.getState())) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, SETTLE_MS);
    const stop = useFeed.subscribe((state) => {
      if (isThere(state)) end();
    });
  });
}
