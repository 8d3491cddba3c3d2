// Which screen is shown, and which dialog above it.
import { create } from "zustand";
import type { PathRef } from "../protocol/src/path.js";

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
  /** Where somebody outside of the window wanted to go while a dialog was open. */
  later: Screen | null;
  go: (screen: Screen) => void;
  /** Goes there at once, or when the dialog that is open has been left: nothing takes an open question away. */
  visit: (screen: Screen) => void;
  show: (dialog: Exclude<DialogName, "undo" | "ignore"> | null) => void;
  askUndo: (undo: UndoAsked) => void;
  askIgnore: (path: PathRef) => void;
}

export const useRoute = create<RouteState>((set, get) => ({
  screen: { name: "home" },
  dialog: null,
  undo: null,
  ignore: null,
  later: null,
  go: (screen) => set({ screen, dialog: null, undo: null, ignore: null, later: null }),
  visit: (screen) => {
    if (get().dialog === null) get().go(screen);
    else set({ later: screen });
  },
  show: (dialog) => {
    const { later } = get();
    if (dialog === null && later !== null) get().go(later);
    else set({ dialog, undo: null, ignore: null });
  },
  askUndo: (undo) => set({ dialog: "undo", undo }),
  askIgnore: (ignore) => set({ dialog: "ignore", ignore }),
}));
