// What the person looks at in the tree: the filter, the row in hand, the change that is open on the right.
import { create } from "zustand";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { NO_FILTER, type Filter } from "./filter-model.js";
import type { FilterToggles } from "./outline-model.js";

interface ReviewState {
  filter: Filter;
  /** Folders opened or closed while a filter is set. */
  toggles: FilterToggles;
  /** Parts of the path of the row that has the focus; null: none yet. */
  current: readonly string[] | null;
  /** The key of the group whose head has the focus instead. */
  group: string | null;
  /** The change that is shown in the detail pane. */
  opened: PathRef | null;
  /** Counts up when somebody wants to type into the filter. */
  filterAsked: number;
  askFilter: () => void;
  setFilter: (filter: Filter) => void;
  toggle: (folder: PathRef, open: boolean) => void;
  setCurrent: (parts: readonly string[]) => void;
  setGroup: (key: string) => void;
  open: (path: PathRef) => void;
  reset: () => void;
}

const START = {
  filter: NO_FILTER,
  toggles: new Map<string, boolean>(),
  current: null,
  group: null,
  opened: null,
  filterAsked: 0,
};

export const useReview = create<ReviewState>((set) => ({
  ...START,
  askFilter: () => set((state) => ({ filterAsked: state.filterAsked + 1 })),
  setFilter: (filter) => set({ filter, toggles: new Map() }),
  toggle: (folder, open) => set(({ toggles }) => ({ toggles: new Map(toggles).set(pathKey(folder), open) })),
  setCurrent: (current) => set({ current, group: null }),
  setGroup: (group) => set({ group }),
  open: (opened) => set({ opened }),
  reset: () => set(START),
}));
