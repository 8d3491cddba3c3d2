// The words of the terminal pane.
export const TEXTS = {
  title: "Terminal",
  running: "What you type goes to the program. Shift-Tab twice leaves the terminal.",
  ended: "The program has ended.",
  endedSo: (how: string): string => `The program ${how}.`,
  outputOf: "Output of the session's program",
  retry: "Try again",
} as const;
