// The comparison of a session with the one whose command it ran once more: asked for, under way, or on the screen.
import { create } from "zustand";
import type { Comparison } from "../../../protocol/src/commit.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { nextTicket, see } from "../../see.js";
import { newest } from "../../ui/newest.js";

interface CompareState {
  /** The session whose results are compared with those of the one before. */
  session: string | null;
  compared: { comparison: Comparison } | { error: SeeError } | "working" | null;
  compare: (first: string, session: string) => Promise<void>;
  close: () => void;
}

export const useCompare = create<CompareState>((set) => {
  const begin = newest();
  return {
    session: null,
    compared: null,
    compare: async (first, session) => {
      const isNewest = begin();
      set({ session, compared: "working" });
      const outcome = await see.compare(first, session, nextTicket());
      if (!isNewest()) return;
      set({ compared: outcome.ok ? { comparison: outcome.value } : { error: outcome.error } });
    },
    close: () => set({ session: null, compared: null }),
  };
});
