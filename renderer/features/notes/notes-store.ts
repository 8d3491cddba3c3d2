// Notes on the session in hand and on its changes: the helper keeps them.
import { create } from "zustand";
import type { Note } from "../../../protocol/src/desk.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import { newest } from "../../ui/newest.js";

interface NotesState {
  session: string | null;
  notes: readonly Note[];
  /** What is being written on: a change, the session (null), or nothing (undefined). */
  asked: PathRef | null | undefined;
  error: SeeError | null;
  load: (session: string) => Promise<void>;
  ask: (path: PathRef | null) => void;
  close: () => void;
  /** Keeps a note on what was asked about; an empty one goes. */
  save: (text: string) => Promise<void>;
}

export const useNotes = create<NotesState>((set, get) => {
  const begin = newest();
  return {
    session: null,
    notes: [],
    asked: undefined,
    error: null,
    load: async (session) => {
      if (get().session !== session) set({ session, notes: [], asked: undefined, error: null });
      const isNewest = begin();
      const outcome = await see.notes(session);
      // The person has gone on to another session meanwhile, or has written.
      if (!isNewest()) return;
      set(outcome.ok ? { notes: outcome.value } : { error: outcome.error });
    },
    ask: (asked) => set({ asked, error: null }),
    close: () => set({ asked: undefined }),
    save: async (text) => {
      const { session, asked } = get();
      if (session === null || asked === undefined) return;
      const outcome = await see.saveNote({ session, ...asked, text });
      if (get().session !== session) return;
      // What is just being read may lack it.
      begin();
      if (!outcome.ok) set({ error: outcome.error });
      else set({ notes: outcome.value, ...(get().asked === asked ? { asked: undefined } : {}) });
    },
  };
});

/** Returns the note on a change, or on the session. */
export function noteAt(notes: readonly Note[], path: PathRef | null): Note | undefined {
  return notes.find((note) => keyOf(note) === (path === null ? null : pathKey(path)));
}

function keyOf({ path, path_bytes }: Note): string | null {
  if (path === undefined) return null;
  return pathKey(path_bytes === undefined ? { path } : { path, path_bytes });
}
