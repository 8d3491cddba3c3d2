// The versions of contested paths and the merges in the making, read when they are looked at and kept while one decides.
import { create } from "zustand";
import type { UndoVersions, Versions } from "../../../protocol/src/content.js";
import type { Conflict, SeeError } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import { refOf } from "./commit-model.js";
import type { About } from "./conflict-model.js";
import { newDraft, type Draft } from "./merge-model.js";

/** The versions of a path, by what is decided about. */
export type Known = { what: "commit"; versions: Versions } | { what: "undo"; versions: UndoVersions };

interface VersionsState {
  /** By the key of the path; an error where they could not be read. */
  versions: ReadonlyMap<string, Known | SeeError>;
  drafts: ReadonlyMap<string, Draft | SeeError>;
  /** Forgets all, for a new look at the machine. */
  reset: () => void;
  load: (about: About, conflict: Conflict) => Promise<void>;
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
    load: async (about, conflict) => {
      const mine = round;
      const key = pathKey(conflict);
      if (!get().versions.has(key)) {
        const known = await read(about, refOf(conflict));
        if (mine !== round) return;
        set({ versions: new Map(get().versions).set(key, known) });
      }
      if (about.what === "commit" && conflict.merge !== undefined && !get().drafts.has(key)) {
        const outcome = await see.mergePreview({ session: about.session, ...refOf(conflict) });
        if (mine !== round) return;
        set({ drafts: new Map(get().drafts).set(key, outcome.ok ? newDraft(outcome.value) : outcome.error) });
      }
    },
    setDraft: (key, draft) => set({ drafts: new Map(get().drafts).set(key, draft) }),
  };
});

async function read(about: About, path: PathRef): Promise<Known | SeeError> {
  if (about.what === "undo") {
    const outcome = await see.undoVersions({ commit: about.commit, ...path });
    return outcome.ok ? { what: "undo", versions: outcome.value } : outcome.error;
  }
  const outcome = await see.versions({ session: about.session, ...path });
  return outcome.ok ? { what: "commit", versions: outcome.value } : outcome.error;
}

/** Tells whether something could not be read. */
export function isError(value: object | undefined): value is SeeError {
  return value !== undefined && "code" in value && "hint" in value;
}
