// The words of History, and of the backups behind it.
import { formatMany } from "./format.js";

export const TEXTS = {
  title: "History",
  lead: "What was committed to your machine, the newest first.",
  loading: "Reading the history",
  empty: "Nothing has been committed yet",
  emptyWhy: "When you commit a session, it is listed here and can be undone.",
  undo: "Undo…",
  undoAgain: "Try the undo again…",
  states: {
    undone: "undone",
    dropped: "its backup was dropped: it cannot be undone any more",
    waits: "its undo was interrupted",
  },
  undoOf: "undoes an earlier commit",
  backup: (size: string): string => `backup ${size}`,
  used: (size: string): string => `The backups take up ${size} now.`,
  usedOf: (used: string, limit: string): string => `Backups take up ${used} of ${limit}.`,
  usedNoLimit: (used: string): string => `Backups take up ${used}; there is no limit.`,
  usedWhy: "Beyond the limit the oldest go. The newest commit can always be undone.",
  changeLimit: "Change the limit…",
  limitTitle: "Backups of commits",
  limitWhy:
    "What a commit replaced or deleted is kept, so that it can be undone. Beyond this limit the oldest backups go; the newest always stays.",
  limitField: "Disk space for backups",
  limitNone: "No limit",
  limitSet: "Set",
  limitSetDrop: (n: number): string => `Set and drop ${formatMany(n, "backup")}`,
  limitDrops: (n: number): string =>
    `${formatMany(n, "older commit")} can then no longer be undone. Your machine keeps the changes.`,
  limitWrong: "Write a size like 20 GB, or nothing for no limit.",
  drop: "Forget its backup…",
  dropFrees: (size: string): string => `That frees ${size}.`,
  dropTitle: "Forget the backup of this commit?",
  dropWhy: "Your machine keeps the changes. The commit can no longer be undone.",
  dropConfirm: "Forget it",
  cancel: "Cancel",
  retry: "Try again",
} as const;
