// The words of notes.
export const TEXTS = {
  note: "Note…",
  sessionNote: "Note on the session…",
  title: "Note",
  titleOf: "Note on this change",
  titleOfSession: "Note on this session",
  text: "What to remember",
  why: "It is shown here, when you commit and in History. It stays on this machine.",
  save: "Keep the note",
  cancel: "Cancel",
  leaveAnyway: "Close without keeping it",
  typed: "What you typed here is not kept yet.",
  edit: "Change the note",
  notes: "Notes",
  onChanges: (n: string, one: boolean): string => (one ? `${n} note on a change` : `${n} notes on changes`),
} as const;
