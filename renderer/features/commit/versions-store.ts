// The versions of contested paths and the merges in the making, read when they are looked at and kept while one decides.
import { create } from "zustand";
import type { Versions } from "../../../protocol/src/content.js";
import type { Conflict, SeeError } from "../../../protocol/src/errors.js";
import { pathKey } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import { refOf } from "./commit-model.js";
import { newDraft, type Draft } from "./merge-model.js";

interface VersionsState {
  /** By the key of the path; an error where they could not be read. */
  versions: ReadonlyMap<string, Versions | SeeError>;
  drafts: ReadonlyMap<string, Draft | SeeError>;
  /** Forgets all, for a new look at the machine. */
  reset: () => void;
  load: (session: string, conflict: Conflict) => Promise<void>;
  setDraft: (key: string, draft: Draft) => void;
}

export const useVersions = create<VersionsState>((set, get) => {
  /** Counts up with each reset: what was asked for before is of no use then. */
  let round = 0;
  return {
    versions: new Map(),
    drafts: new Map(),
    reset: () => {
      round += 1;
      set({ versions: new Map(), drafts: new Map() });
    },
    load: async (session, conflict) => {
      const mine = round;
      const key = pathKey(conflict);
      const request = { session, ...refOf(conflict) };
      if (!get().versions.has(key)) {
        const outcome = await see.versions(request);
        if (mine !== round) return;
        set({ versions: new Map(get().versions).set(key, outcome.ok ? outcome.value : outcome.error) });
      }
      if (conflict.merge !== undefined && !get().drafts.has(key)) {
        const outcome = await see.mergePreview(request);
        if (mine !== round) return;
        set({ drafts: new Map(get().drafts).set(key, outcome.ok ? newDraft(outcome.value) : outcome.error) });
      }
    },
    setDraft: (key, draft) => set({ drafts: new Map(get().drafts).set(key, draft) }),
  };
});

/** Tells whether something could not be read. */
export function isError(value: object | undefined): value is SeeError {
  return value !== undefined && "code" in value && "hint" in value;
}
