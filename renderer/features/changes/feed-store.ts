// The change feed of the session that is looked at: subscribes, works it off between frames, and tells the
// screens when there is something new. One session at a time.
import { create } from "zustand";
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { FeedEvent } from "../../../protocol/src/change.js";
import { SeeError } from "../../../protocol/src/errors.js";
import { LogPlace } from "../../../protocol/src/log.js";
import { TEXTS } from "../../../texts/changes.js";
import { see } from "../../see.js";
import { pageError } from "../../ui/page-error.js";
import { Judge } from "../review/judge.js";
import { FeedReader, type Settled } from "./feed-reader.js";
import { createTree, type Tree } from "./tree.js";

/** Of each frame, so much may go into reading the feed; the rest is for the person. */
const BUDGET_MS = 9;
/** A hidden window gets no frames, and needs no haste. */
const HIDDEN_MS = 100;

interface FeedState {
  session: string | null;
  tree: Tree;
  /** Counts up with every change of the tree; `touched` only with those that the person made. */
  version: number;
  touched: number;
  settled: Settled | null;
  /** Whether rows wait to be read. */
  reading: boolean;
  /** How far the session's record has grown, as the helper told last. */
  recorded: number;
  /** Why the feed ended; the tree is then the last picture and no longer to be decided on. */
  error: SeeError | null;
  watch: (session: string) => () => void;
  /** Starts the watch anew after it failed. */
  retry: () => void;
  /** Says that the tree was changed by the person: opened, closed, chosen. */
  touch: () => void;
}

let judge: Judge | null = null;

/** Returns what judges this machine's changes; asked for once. */
async function loadJudge(): Promise<Outcome<Judge>> {
  if (judge === null) {
    const homes = await see.homes();
    if (!homes.ok) return homes;
    judge = new Judge(homes.value);
  }
  return { ok: true, value: judge };
}

export const useFeed = create<FeedState>((set, get) => {
  const open = (session: string, known: Tree): (() => void) => {
    const reader = new FeedReader(known);
    const early: { watch: number; event: FeedEvent }[] = [];
    let watch: number | null = null;
    let closed = false;
    let scheduled = false;

    const publish = (): void => {
      const { tree, settled, busy } = reader;
      set((state) => ({ tree, settled, reading: busy, version: state.version + 1 }));
    };
    const end = (error: SeeError): void => {
      set({ error, reading: false });
      close();
    };
    const fail = (thrown: unknown): void => end(pageError(TEXTS.unreadable, thrown));
    const turn = (): void => {
      scheduled = false;
      if (closed || !reader.busy) return;
      const start = performance.now();
      try {
        reader.work(start, () => performance.now(), start + BUDGET_MS);
      } catch (thrown) {
        fail(thrown);
        return;
      }
      publish();
      schedule();
    };
    const schedule = (): void => {
      if (scheduled || closed || !reader.busy) return;
      scheduled = true;
      if (document.hidden) setTimeout(turn, HIDDEN_MS);
      else requestAnimationFrame(turn);
    };
    const take = (event: FeedEvent): void => {
      if (event.event === "failed") {
        const error = SeeError.safeParse(event.error);
        if (error.success) end(error.data);
        else fail(error.error);
        return;
      }
      if (event.event === "record") {
        const next = LogPlace.safeParse(event.next);
        if (next.success) set({ recorded: next.data });
        else fail(next.error);
        return;
      }
      try {
        reader.push(event);
      } catch (thrown) {
        fail(thrown);
        return;
      }
      schedule();
    };
    // The first events may come before the answer that says which watch they belong to.
    const stopListening = see.onFeed((event) => {
      if (watch === null) early.push({ watch: event.watch, event });
      else if (event.watch === watch) take(event);
    });
    const close = (): void => {
      if (closed) return;
      closed = true;
      stopListening();
      if (watch !== null) void see.unwatchChanges(watch);
    };

    const start = async (): Promise<void> => {
      const judged = await loadJudge();
      if (!judged.ok) {
        if (!closed) set({ error: judged.error });
        return;
      }
      // Whose homes there are is known before the first row is judged; a tree from before knows already.
      if (reader.tree.size === 1) reader.tree = createTree(undefined, judged.value);
      const outcome = await see.watchChanges(session);
      if (!outcome.ok) {
        if (!closed) set({ error: outcome.error });
        return;
      }
      if (closed) {
        void see.unwatchChanges(outcome.value);
        return;
      }
      watch = outcome.value;
      for (const each of early) if (each.watch === watch) take(each.event);
      early.length = 0;
    };
    void start();
    return close;
  };

  let stop: (() => void) | null = null;
  return {
    session: null,
    tree: createTree(),
    version: 0,
    touched: 0,
    settled: null,
    reading: false,
    recorded: 0,
    error: null,
    watch: (session) => {
      stop?.();
      // Looked at again, a session shows what it had until it is read anew: nothing jumps.
      const tree = get().session === session ? get().tree : createTree();
      set({
        session,
        tree,
        version: get().version + 1,
        settled: null,
        reading: false,
        recorded: 0,
        error: null,
      });
      stop = open(session, tree);
      return () => {
        stop?.();
        stop = null;
      };
    },
    retry: () => {
      const { session } = get();
      if (session !== null) get().watch(session);
    },
    touch: () => set((state) => ({ version: state.version + 1, touched: state.touched + 1 })),
  };
});
