// The words of the terminal pane.
export const TEXTS = {
  title: "Terminal",
  running: "What you type goes to the program. Shift-Tab twice leaves the terminal.",
  ended: "The program has ended.",
  endedSo: (how: string): string => `The program ${how}.`,
  outputOf: {
    program: "Output of the session's program",
    inspection: "Output of the shell",
  },
  retry: "Try again",
} as const;

export const INSPECTION = {
  title: "Look around",
  note: "Your machine: /host. The session: /session.",
  ended: "The shell has ended.",
  again: "Open another one",
  later: "When the session has ended, you can look around here",
  laterWhy: "A shell will show your machine and the session side by side, and can change neither.",
} as const;
