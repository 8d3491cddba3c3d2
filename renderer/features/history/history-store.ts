// The commits of the past.
import { create } from "zustand";
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { CommitRecord } from "../../../protocol/src/commit.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";

interface HistoryState {
  commits: CommitRecord[] | null;
  error: SeeError | null;
  load: () => Promise<void>;
  drop: (commit: string) => Promise<Outcome<null>>;
}

export const useHistory = create<HistoryState>((set, get) => ({
  commits: null,
  error: null,
  load: async () => {
    const outcome = await see.history();
    set(outcome.ok ? { commits: outcome.value, error: null } : { error: outcome.error });
  },
  drop: async (commit) => {
    const outcome = await see.drop(commit);
    if (outcome.ok) await get().load();
    return outcome;
  },
}));
