// The words of the small editor.
export const TEXTS = {
  edit: "Edit…",
  title: "Edit the session's file",
  why: "Only the session's version changes. Your machine gets it when you commit.",
  text: "Content of the file",
  save: "Save in the session",
  saving: "Saving…",
  cancel: "Cancel",
  outside: "Open in your editor",
  take: "Take what it saved",
  takeAnyway: "Replace what you typed",
  leaveAnyway: "Close without saving",
  typed: {
    take: "You have typed here since. What your editor saved would replace it.",
    leave: "What you typed here is not saved yet.",
  },
  hides:
    "Some characters of this text are not seen here, or turn the direction of what follows them. Text shows where.",
  unlike:
    "The text box cannot show what your editor saved: it has line ends of more than one kind, or bytes that are no text.",
  unlikeHint: "Save it with line ends of one kind, then take it again.",
  outsideWhy: "Save it there, then take it here. The session changes only when you save it here.",
  loading: "Reading the file",
  unfit: "This file cannot be edited here",
  unfitWhy:
    "It is longer than 1 MB, not UTF-8, or has line ends of more than one kind. Edit it inside the session: alcatraz enter.",
} as const;
