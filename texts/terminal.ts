// The words of the terminal pane.
export const TEXTS = {
  title: "Terminal",
  running: "Shift-Tab twice leaves it.",
  runningWhy: "What you type goes to the program. Shift-Tab twice leaves the terminal.",
  ended: "The program has ended.",
  endedSo: (how: string): string => `The program ${how}.`,
  outputOf: {
    program: "Output of the session's program",
    inspection: "Output of the shell",
    more: "Output of what runs more",
  },
  retry: "Try again",
} as const;

export const INSPECTION = {
  title: "Look around",
  note: "See /host and /session.",
  noteWhy: "This machine is below /host, and with the session's changes below /session.",
  ended: "The shell has ended.",
  again: "Open another one",
  later: "When the session has ended, you can look around here",
  laterWhy: "A shell will show your machine and the session side by side, and can change neither.",
} as const;

export const MORE = {
  title: "Run more",
  note: "In the same session.",
  running: "It runs until it ends.",
  runningWhy: "It runs until it ends or you press Stop. What you type goes to it.",
  runsAlready: "Something runs in this session.",
  ended: (status: number): string => (status === 0 ? "It has ended." : `It has ended with status ${status}.`),
  command: "Command to run in this session",
  placeholder: "A command. Leave it empty for a shell.",
  run: "Run here",
  which: "What runs here",
  empty: "Try what was installed, or go on where the program ended",
  emptyWhy:
    "It sees your machine with the session’s changes, under the same limits. What it changes is listed with the rest.",
} as const;
