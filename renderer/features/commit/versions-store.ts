// The versions of contested paths and the merges in the making, read when they are looked at and kept while one decides.
import { create } from "zustand";
import type { MergePreview } from "../../../protocol/src/commit.js";
import type { UndoVersions, Versions } from "../../../protocol/src/content.js";
import type { Conflict, SeeError } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import { refOf, type Answers, type Asked } from "./commit-model.js";
import type { About } from "./conflict-model.js";
import { draftAgain, isWorked, mergedText, newDraft, type Draft } from "./merge-model.js";

/** The versions of a path, by what is decided about. */
export type Known = { what: "commit"; versions: Versions } | { what: "undo"; versions: UndoVersions };

/** By the key of the path. */
export type Previews = ReadonlyMap<string, MergePreview>;

interface VersionsState {
  /** Counts the looks at the machine: what was asked for before the last one is of no use. */
  round: number;
  /** By the key of the path; an error where they could not be read. */
  versions: ReadonlyMap<string, Known | SeeError>;
  drafts: ReadonlyMap<string, Draft | SeeError>;
  /** What a person had made of a merge before the last look: it is compared when the merge is looked at again. */
  made: ReadonlyMap<string, Draft>;
  /** Forgets all, for another decision. */
  forget: () => void;
  /** Forgets what was read, for a new look at the machine, which has brought these. What a person made stays. */
  renew: (previews: Previews) => void;
  load: (about: About, conflict: Conflict) => Promise<void>;
  setDraft: (key: string, draft: Draft) => void;
}

export const useVersions = create<VersionsState>((set, get) => {
  const draftOf = (key: string, preview: MergePreview): Draft => {
    const made = get().made.get(key);
    return made === undefined ? newDraft(preview) : draftAgain(made, preview);
  };
  return {
    round: 0,
    versions: new Map(),
    drafts: new Map(),
    made: new Map(),
    forget: () => set({ round: get().round + 1, versions: new Map(), drafts: new Map(), made: new Map() }),
    renew: (previews) => {
      const made = new Map(get().made);
      for (const [key, draft] of get().drafts) if (!isError(draft) && isWorked(draft)) made.set(key, draft);
      set({ round: get().round + 1, versions: new Map(), made });
      set({ drafts: new Map([...previews].map(([key, preview]) => [key, draftOf(key, preview)])) });
    },
    load: async (about, conflict) => {
      const { round } = get();
      const key = pathKey(conflict);
      if (!get().versions.has(key)) {
        const known = await read(about, refOf(conflict));
        if (round !== get().round) return;
        set({ versions: new Map(get().versions).set(key, known) });
      }
      if (about.what === "commit" && conflict.merge !== undefined && !get().drafts.has(key)) {
        const outcome = await see.mergePreview({ session: about.session, ...refOf(conflict) });
        // It may have been asked for twice; what the person has made of the first answer stays.
        if (round !== get().round || get().drafts.has(key)) return;
        const draft = outcome.ok ? draftOf(key, outcome.value) : outcome.error;
        set({ drafts: new Map(get().drafts).set(key, draft) });
      }
    },
    setDraft: (key, draft) => set({ drafts: new Map(get().drafts).set(key, draft) }),
  };
});

/** Reads anew what the merges by hand among the answers were made of. */
export async function previewsOf(session: string, { conflicts, answers }: Asked): Promise<Previews> {
  const made = conflicts.filter((conflict) => answers.get(pathKey(conflict))?.merged !== undefined);
  const read = await Promise.all(
    made.map(async (conflict) => {
      const outcome = await see.mergePreview({ session, ...refOf(conflict) });
      return outcome.ok ? [[pathKey(conflict), outcome.value] as const] : [];
    }),
  );
  return new Map(read.flat());
}

/** Returns the answers without merges by hand that were made of another state of a file. */
export function standing(answers: Answers): Answers {
  const { drafts } = useVersions.getState();
  const stands = (key: string, content: string): boolean => {
    const draft = drafts.get(key);
    return draft !== undefined && !isError(draft) && !draft.moved && mergedText(draft) === content;
  };
  return new Map(
    [...answers].filter(([key, { merged }]) => merged === undefined || stands(key, merged.content)),
  );
}

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
