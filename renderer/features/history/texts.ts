// The words of History.
export const TEXTS = {
  title: "History",
  lead: "What was committed to your machine, the newest first.",
  loading: "Reading the history",
  empty: "Nothing has been committed yet",
  emptyWhy: "When you commit a session, it is listed here and can be undone.",
  undo: "Undo…",
  undone: "undone",
  undoOf: "undoes an earlier commit",
  notUndoable: "cannot be undone any more",
  drop: "Forget its backup…",
  dropTitle: "Forget the backup of this commit?",
  dropWhy:
    "Your machine keeps the changes. The commit can no longer be undone; the disk space of its backup is freed.",
  dropConfirm: "Forget it",
  cancel: "Cancel",
  retry: "Try again",
} as const;
