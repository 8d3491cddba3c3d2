// The words of what helps a person to decide.
export const TEXTS = {
  story: "What happened",
  needLook: (n: string, one: boolean): string => (one ? `${n} needs a look` : `${n} need a look`),
  reasons: "Why they need a look",
  onlyThese: "Show only these",
  showAll: "Show all changes again",
  why: "Why it needs a look",
} as const;
