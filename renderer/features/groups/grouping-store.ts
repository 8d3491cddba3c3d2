// How changes are grouped, and what the groups need to know: asked for when they need it, and again when the changes
// have settled anew.
import { create } from "zustand";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";
import { useFeed } from "../changes/feed-store.js";
import { GROUPINGS, type Grouping } from "./group-model.js";
import { OriginTable } from "./origin-table.js";

interface GroupingState {
  by: Grouping;
  /** Groups that the person has opened or closed, by key. */
  toggles: ReadonlyMap<string, boolean>;
  /** Whether all others are open; null: as their number suggests. */
  allOpen: boolean | null;
  origins: OriginTable | null;
  /** What the origins were asked for: a session and a revision of its changes. */
  asked: string;
  looking: boolean;
  error: SeeError | null;
  groupBy: (by: Grouping) => void;
  toggle: (key: string, open: boolean) => void;
  setAllOpen: (open: boolean) => void;
  /** Asks once more after a failure. */
  again: () => void;
  /** Asks where the changes come from, unless that is known. */
  look: (session: string, revision: number) => Promise<void>;
}

/** Tells whether groups need more than the list of changes says. */
export function needsOrigins(by: Grouping): boolean {
  return by === "package" || by === "time";
}

/** Returns the grouping with this name. */
export function groupingOf(name: string): Grouping {
  return GROUPINGS.find((each) => each === name) ?? "place";
}

export const useGrouping = create<GroupingState>((set, get) => ({
  by: "place",
  toggles: new Map(),
  allOpen: null,
  origins: null,
  asked: "",
  looking: false,
  error: null,
  groupBy: (by) => set({ by, toggles: new Map(), allOpen: null }),
  toggle: (key, open) => set((state) => ({ toggles: new Map([...state.toggles, [key, open]]) })),
  setAllOpen: (allOpen) => set({ allOpen, toggles: new Map() }),
  again: () => set({ asked: "", error: null, looking: false }),
  look: async (session, revision) => {
    const key = `${session}\n${revision}`;
    if (get().asked === key || get().looking) return;
    set({ asked: key, looking: true, error: null });
    const { tree } = useFeed.getState();
    let table: OriginTable | null = null;
    for (let next: { list: number; from: number } | undefined; ;) {
      const outcome = await see.origins({ session, next });
      if (!outcome.ok) {
        set({ looking: false, error: outcome.error });
        return;
      }
      const { list, packages, rows, total } = outcome.value;
      table ??= new OriginTable(tree, packages);
      table.add(rows);
      const from = (next?.from ?? 0) + rows.length;
      if (rows.length === 0 || from >= total) break;
      next = { list, from };
    }
    set({ looking: false, origins: table });
  },
}));
