// The ignore list, shared with the command line: the helper keeps it.
import { create } from "zustand";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";

interface IgnoreState {
  patterns: readonly string[] | null;
  error: SeeError | null;
  load: () => Promise<void>;
  /** Tells whether the list has it then. */
  add: (pattern: string) => Promise<boolean>;
  remove: (pattern: string) => Promise<void>;
}

export const useIgnore = create<IgnoreState>((set, get) => {
  /** Changes the list as it is now: the command line may have changed it meanwhile. */
  const change = async (next: (patterns: readonly string[]) => string[]): Promise<boolean> => {
    await get().load();
    const { patterns } = get();
    if (patterns === null) return false;
    const outcome = await see.saveIgnored(next(patterns));
    set(outcome.ok ? { patterns: outcome.value, error: null } : { error: outcome.error });
    return outcome.ok;
  };
  return {
    patterns: null,
    error: null,
    load: async () => {
      const outcome = await see.ignored();
      set(outcome.ok ? { patterns: outcome.value, error: null } : { error: outcome.error });
    },
    add: (pattern) => change((patterns) => [...patterns.filter((each) => each !== pattern), pattern]),
    remove: async (pattern) => {
      await change((patterns) => patterns.filter((each) => each !== pattern));
    },
  };
});
