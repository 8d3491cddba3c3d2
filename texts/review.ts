// The words of what helps a person to decide.
import { formatMany } from "./format.js";

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
  moreOf: "More for this change",
  openAfter: "Open in a viewer",
  openBefore: "Open the version before",
  compareOutside: "Compare in another program",
  notOpened: "It was not opened",
  close: "Close",
  sessionMore: "More for this session",
  exportTar: "Export as tar…",
  exportPatch: "Export as patch…",
  exported: "Exported",
  notDone: "It did not work",
  exportedWhy: {
    tar: "It holds the files that the session made or changed, below the root; an archive cannot say what was deleted. The session stays as it is.",
    patch:
      "It holds what changed in texts, for “patch -p1” or “git apply”; of everything else it only says that it changed. The session stays as it is.",
  },
  notExported: "The export failed",
  cancel: "Cancel",
  more: (n: string): string => `and ${n} more`,
} as const;

/** What a session did, in parts of a sentence. */
export const STORY = {
  created: (n: number): string => `created ${formatMany(n, "item")}`,
  put: (n: number, place: string): string => `put ${formatMany(n, "new item")} into ${place}`,
  deleted: (n: number): string => `deleted ${formatMany(n, "item")}`,
  others: (n: number): string => `${formatMany(n, "other thing")} to look at`,
  many: (n: number): string => `${formatMany(n, "change")} in all, which is very many`,
  home: "your home",
} as const;
