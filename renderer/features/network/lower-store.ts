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
  /** The session that it is on the screen of; null: it is not there. */
  session: string | null;
  shown: Shown;
  /** The number of the program in hand. */
  program: number | null;
  /** Says that it is on the screen of this session now; returns how to say that it is gone. */
  begin: (session: string) => () => void;
  show: (shown: Shown) => void;
  /** Takes a program in hand. */
  choose: (program: number) => void;
  /** Shows the record, with this program in hand. */
  showProgram: (program: number) => void;
}

const START = { shown: "terminal", program: null } as const;

export const useLower = create<LowerState>((set) => ({
  ...START,
  session: null,
  begin: (session) => {
    set({ ...START, session });
    return () => set({ ...START, session: null });
  },
  show: (shown) => set({ shown }),
  choose: (program) => set({ program }),
  showProgram: (program) => set({ shown: "programs", program }),
}));
