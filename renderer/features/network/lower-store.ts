// What is shown below the change in hand, and which program of the record is in hand there.
import { create } from "zustand";
import { PROGRAMS, TEXTS } from "../../../texts/network.js";
import { INSPECTION, MORE, TEXTS as TERMINAL } from "../../../texts/terminal.js";

/** The panes, in the order of their buttons. */
export const LOWER_PANES = [
  { value: "terminal", label: TERMINAL.title },
  { value: "programs", label: PROGRAMS.title },
  { value: "network", label: TEXTS.title },
  { value: "inspection", label: INSPECTION.title },
  { value: "more", label: MORE.title },
] as const;

export type Shown = (typeof LOWER_PANES)[number]["value"];

interface LowerState {
  /** Whether it is on the screen. */
  isThere: boolean;
  shown: Shown;
  /** The number of the program in hand. */
  program: number | null;
  /** Says that it is on the screen of another session now; returns how to say that it is gone. */
  begin: () => () => void;
  show: (shown: Shown) => void;
  /** Takes a program in hand. */
  choose: (program: number) => void;
  /** Shows the record, with this program in hand. */
  showProgram: (program: number) => void;
}

const START = { shown: "terminal", program: null } as const;

export const useLower = create<LowerState>((set) => ({
  ...START,
  isThere: false,
  begin: () => {
    set({ ...START, isThere: true });
    // What was shown last begins nothing on the next screen.
    return () => set({ ...START, isThere: false });
  },
  show: (shown) => set({ shown }),
  choose: (program) => set({ program }),
  showProgram: (program) => set({ shown: "programs", program }),
}));
