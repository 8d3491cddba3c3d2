// Throwing away a part of a session: what is asked about, what must go along, and how it went.
import { create } from "zustand";
import type { SeeError } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { nextTicket, see } from "../../see.js";
import { isOutdated } from "../commit/commit-model.js";

interface Asked {
  session: string;
  paths: readonly PathRef[];
  /** How many changes go. */
  count: number;
}

interface DiscardState {
  /** What is asked about; null: nothing. */
  asked: Asked | null;
  /** Of which state of the session's changes this is; null: not known yet, and nothing can go. */
  stamp: string | null;
  /** What the helper says must go along. */
  needs: readonly PathRef[];
  busy: boolean;
  error: SeeError | null;
  ask: (session: string, paths: readonly PathRef[], count: number) => void;
  close: () => void;
  /** Discards what is asked about, with what must go along, as long as the session is what was shown. Tells whether it is done. */
  discard: () => Promise<boolean>;
}

const CLOSED = { asked: null, stamp: null, needs: [], busy: false, error: null };

export const useDiscard = create<DiscardState>((set, get) => {
  /** Asks what would go, and what must go along, until the helper has nothing more to name. */
  const look = async (asked: Asked): Promise<void> => {
    // A dialog that was closed, or opened for something else, is told nothing.
    const isShown = (): boolean => get().asked?.paths === asked.paths;
    let known = -1;
    while (isShown() && get().needs.length > known) {
      const { needs } = get();
      known = needs.length;
      const request = { session: asked.session, paths: [...asked.paths, ...needs], dry_run: true };
      const outcome = await see.discard(request, nextTicket());
      if (!isShown()) return;
      if (outcome.ok) {
        const { discarded, stamp = null } = outcome.value;
        set({ asked: { ...asked, count: discarded }, stamp });
        return;
      }
      const more = (outcome.error.needs ?? []).map((need) => need.needs);
      if (outcome.error.code === "selection-needs") set({ needs: withoutTwins([...needs, ...more]) });
      if (get().needs.length === known) set({ error: outcome.error });
    }
  };
  return {
    ...CLOSED,
    ask: (session, paths, count) => {
      // What is being discarded is answered first.
      if (paths.length === 0 || get().busy) return;
      const asked = { session, paths: [...paths], count };
      set({ ...CLOSED, asked });
      void look(asked);
    },
    close: () => {
      if (!get().busy) set(CLOSED);
    },
    discard: async () => {
      const { asked, stamp, needs } = get();
      if (asked === null || stamp === null) return false;
      set({ busy: true, error: null });
      const paths = [...asked.paths, ...needs];
      const outcome = await see.discard({ session: asked.session, paths, stamp }, nextTicket());
      if (outcome.ok) {
        set(CLOSED);
        return true;
      }
      set({ busy: false, error: outcome.error });
      if (isOutdated(outcome)) {
        // What would go now is shown before it is asked again.
        set({ stamp: null, needs: [] });
        void look(asked);
      }
      return false;
    },
  };
});

function withoutTwins(refs: readonly PathRef[]): PathRef[] {
  return [...new Map(refs.map((ref) => [pathKey(ref), ref])).values()];
}
