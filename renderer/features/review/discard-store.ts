// Throwing away a part of a session: what is asked about, what must go along, and how it went.
import { create } from "zustand";
import type { SeeError } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { nextTicket, see } from "../../see.js";

interface DiscardState {
  /** What is asked about; null: nothing. */
  asked: { session: string; paths: readonly PathRef[]; count: number } | null;
  /** What the helper says must go along. */
  needs: readonly PathRef[];
  busy: boolean;
  error: SeeError | null;
  ask: (session: string, paths: readonly PathRef[], count: number) => void;
  close: () => void;
  /** Discards what is asked about, with what must go along once that was shown. Tells whether it is done. */
  discard: () => Promise<boolean>;
}

const CLOSED = { asked: null, needs: [], busy: false, error: null };

export const useDiscard = create<DiscardState>((set, get) => ({
  ...CLOSED,
  ask: (session, paths, count) => {
    // What is being discarded is answered first.
    if (paths.length > 0 && !get().busy) set({ ...CLOSED, asked: { session, paths, count } });
  },
  close: () => {
    if (!get().busy) set(CLOSED);
  },
  discard: async () => {
    const { asked, needs } = get();
    if (asked === null) return false;
    set({ busy: true, error: null });
    const paths = [...asked.paths, ...needs];
    const outcome = await see.discard({ session: asked.session, paths }, nextTicket());
    if (outcome.ok) {
      set(CLOSED);
      return true;
    }
    const more = (outcome.error.needs ?? []).map((need) => need.needs);
    if (outcome.error.code === "selection-needs" && more.length > 0) {
      set({ busy: false, needs: withoutTwins([...needs, ...more]) });
      return false;
    }
    set({ busy: false, error: outcome.error });
    return false;
  },
}));

function withoutTwins(refs: readonly PathRef[]): PathRef[] {
  return [...new Map(refs.map((ref) => [pathKey(ref), ref])).values()];
}
