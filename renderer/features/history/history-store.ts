// The commits of the past, and how much room their backups may take up.
import { create } from "zustand";
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { CommitRecord } from "../../../protocol/src/commit.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";
import { newest } from "../../ui/newest.js";

interface HistoryState {
  commits: CommitRecord[] | null;
  /** Bytes that all backups may take up; null: no limit, or not read yet. */
  limit: number | null;
  error: SeeError | null;
  load: () => Promise<void>;
  drop: (commit: string) => Promise<Outcome<null>>;
  setLimit: (limit: number | null) => Promise<Outcome<string[]>>;
}

export const useHistory = create<HistoryState>((set, get) => {
  const begin = newest();
  return {
    commits: null,
    limit: null,
    error: null,
    load: async () => {
      const isNewest = begin();
      const outcome = await see.history();
      // Asked again meanwhile, after a commit or an undo: this list may lack it.
      if (!isNewest()) return;
      set(outcome.ok ? { ...outcome.value, error: null } : { error: outcome.error });
    },
    drop: async (commit) => {
      const outcome = await see.drop(commit);
      if (outcome.ok) await get().load();
      return outcome;
    },
    setLimit: async (limit) => {
      const outcome = await see.limitBackups(limit);
      if (outcome.ok) await get().load();
      return outcome;
    },
  };
});
