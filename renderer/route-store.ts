// Which screen is shown, and which dialog above it.
import { create } from "zustand";
import type { PathRef } from "../protocol/src/path.js";
import { isDialogOpen, onDialogsClosed } from "./ui/open-dialogs.js";

export type Screen = { name: "home" } | { name: "session"; session: string } | { name: "history" };
export type DialogName = "commit" | "abort" | "undo" | "ignore" | "settings" | "shortcuts" | "palette";

/** The commit that is asked about when the dialog is "undo". */
export interface UndoAsked {
  commit: string;
  applied: number;
}

interface RouteState {
  screen: Screen;
  dialog: DialogName | null;
  undo: UndoAsked | null;
  /** The path that is asked about when the dialog is "ignore". */
  ignore: PathRef | null;
  /** Where somebody outside of the window wanted to go while a dialog was open, and what they ask there. */
  later: { screen: Screen; undo: UndoAsked | null } | null;
  /** What somebody asks behind an open dialog is asked all the same; where they merely wanted to go is forgotten. */
  go: (screen: Screen) => void;
  /** Goes there at once, or when all dialogs that are open have been left: nothing takes an open question away. */
  visit: (screen: Screen, undo?: UndoAsked) => void;
  show: (dialog: Exclude<DialogName, "undo" | "ignore"> | null) => void;
  askUndo: (undo: UndoAsked) => void;
  askIgnore: (path: PathRef) => void;
}

export const useRoute = create<RouteState>((set, get) => {
  onDialogsClosed(() => {
    const { later, visit } = get();
    if (later === null) return;
    set({ later: null });
    visit(later.screen, later.undo ?? undefined);
  });
  return {
    screen: { name: "home" },
    dialog: null,
    undo: null,
    ignore: null,
    later: null,
    go: (screen) => {
      const { later } = get();
      set({ screen, dialog: null, undo: null, ignore: null, later: later?.undo ? later : null });
    },
    visit: (screen, undo) => {
      if (isDialogOpen()) return set({ later: { screen, undo: undo ?? null } });
      get().go(screen);
      if (undo !== undefined) get().askUndo(undo);
    },
    show: (dialog) => set({ dialog, undo: null, ignore: null }),
    askUndo: (undo) => set({ dialog: "undo", undo }),
    askIgnore: (ignore) => set({ dialog: "ignore", ignore }),
  };
});

/** Goes on to what was begun at this place: the dialog it was begun in goes with it, one that has come since stays. */
export function goOn({ screen, dialog }: Pick<RouteState, "screen" | "dialog">, next: Screen): void {
  const now = useRoute.getState();
  if (dialog !== null && now.dialog === dialog && now.screen === screen) now.go(next);
  else now.visit(next);
}
