// The facts of the change in hand: asked for when it is opened, and again when the tree says that it changed.
import { create } from "zustand";
import type { Description } from "../../../protocol/src/content.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import type { Encoding } from "./encoding-model.js";
import { Paced } from "./paced.js";
import { type ViewName, viewsOf, type Wishes } from "./view-model.js";

/** A file that changes all the time is not read more often than this. */
export const REREAD_MS = 400;

type ImageMode = "sides" | "swipe" | "difference";

interface DetailState {
  /** What the description is of. */
  key: string | null;
  path: string;
  description: Description | null;
  error: SeeError | null;
  /** Counts up with each description, so that views read contents anew. */
  reading: number;
  /** The views that the person chose last, by what shows such a file best; the next one of its kind opens in it. */
  wishes: Wishes;
  /** The view that was asked for because another one cannot show this change: no wish for others. */
  alone: ViewName | null;
  split: boolean;
  /** How two images are compared. */
  images: ImageMode;
  /** How this change's text is to be read; null: as its bytes suggest. */
  encoding: Encoding | null;
  load: (session: string, path: PathRef) => Promise<void>;
  choose: (view: ViewName) => void;
  showAlone: (view: ViewName) => void;
  setSplit: (split: boolean) => void;
  setImages: (images: ImageMode) => void;
  setEncoding: (encoding: Encoding | null) => void;
}

/** Returns what tells one change of one session from all others. */
export function detailKey(session: string, path: PathRef): string {
  return `${session}\n${pathKey(path)}`;
}

export const useDetail = create<DetailState>((set, get) => {
  /** Counts the questions; and the newest of them that was answered. */
  let asked = 0;
  let answered = 0;
  return {
    key: null,
    path: "",
    description: null,
    error: null,
    reading: 0,
    wishes: {},
    alone: null,
    split: true,
    images: "sides",
    encoding: null,
    load: async (session, path) => {
      const key = detailKey(session, path);
      const mine = ++asked;
      if (key !== get().key)
        set({ key, path: path.path, description: null, error: null, encoding: null, alone: null });
      const outcome = await see.describe({ session, ...path });
      // The person has gone on to another change, or a later question was answered.
      if (get().key !== key || mine < answered) return;
      answered = mine;
      set((state) =>
        outcome.ok
          ? { description: outcome.value, error: null, reading: state.reading + 1 }
          : { description: null, error: outcome.error },
      );
    },
    choose: (view) => {
      const { description, path, wishes } = get();
      if (description === null) return;
      set({ wishes: { ...wishes, [viewsOf(description, [], false, path).best]: view }, alone: null });
    },
    showAlone: (alone) => set({ alone }),
    setSplit: (split) => set({ split }),
    setImages: (images) => set({ images }),
    setEncoding: (encoding) => set({ encoding }),
  };
});

/** Asks for the facts of one change as often as it is wanted: one question at a time, however long its answer takes. */
export function asking(session: string, path: PathRef): Paced<null> {
  const paced = new Paced<null>(() => {
    void useDetail
      .getState()
      .load(session, path)
      .finally(() => paced.ended());
  }, REREAD_MS);
  return paced;
}
