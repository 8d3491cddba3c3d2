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
  outsideWhy: "Save it there, then take it here. The session changes only when you save it here.",
  loading: "Reading the file",
  unfit: "This file cannot be edited here",
  unfitWhy:
    "It is longer than 1 MB, not UTF-8, or has line ends of more than one kind. Edit it inside the session: alcatraz enter.",
} as const;
