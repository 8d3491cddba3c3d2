// How many dialogs are open: the one place that knows whether the window waits for an answer. Each dialog tells of itself.
import { create } from "zustand";

interface OpenDialogs {
  count: number;
  /** A dialog is on the screen. Returns what tells that it is gone. */
  opened: () => () => void;
}

export const useOpenDialogs = create<OpenDialogs>((set) => ({
  count: 0,
  opened: () => {
    set(({ count }) => ({ count: count + 1 }));
    return () => set(({ count }) => ({ count: count - 1 }));
  },
}));

/** Tells whether something waits for an answer: nothing is done behind it. */
export function isDialogOpen(): boolean {
  return useOpenDialogs.getState().count > 0;
}

/** Calls when the last dialog has gone and none has come in its place. */
export function onDialogsClosed(then: () => void): void {
  useOpenDialogs.subscribe(({ count }) => {
    // One that takes the place of another comes right after that one is gone.
    if (count === 0)
      queueMicrotask(() => {
        if (!isDialogOpen()) then();
      });
  });
}
