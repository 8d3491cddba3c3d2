// The words of what helps a person to decide.
export const TEXTS = {
  story: "What happened",
  needLook: (n: string, one: boolean): string => (one ? `${n} needs a look` : `${n} need a look`),
  reasons: "Why they need a look",
  onlyThese: "Show only these",
  showAll: "Show all changes again",
  why: "Why it needs a look",
  discard: "Discard",
  discardAll: "Discard these too",
  discarding: "Discarding…",
  discardThis: "Discard this change…",
  discardOut: (n: string): string => `Discard ${n} left out…`,
  discardTitle: (n: string): string => `Discard ${n}?`,
  discardWhy:
    "The session shows your machine's own version there again. Your machine is not touched. This cannot be undone.",
  discardNeeds: "These belong together with it and would go too:",
  cancel: "Cancel",
  more: (n: string): string => `and ${n} more`,
} as const;
