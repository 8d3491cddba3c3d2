// The words for conflicts: what happened, and what each choice will do.
import { formatCount, formatMany } from "./format.js";

export const CONFLICT_TEXTS = {
  list: "Conflicts",
  lead: (conflicts: number, rest: number): string => {
    const first =
      conflicts === 1
        ? "Your machine has changed since the program looked, at one place that it used."
        : `Your machine has changed since the program looked, at ${formatCount(conflicts)} places that it used.`;
    return rest > 0
      ? `${first} ${rest === 1 ? "One other change" : `${formatCount(rest)} other changes`} can be committed as ${rest === 1 ? "it is" : "they are"}.`
      : first;
  },
  askedLater: (told: number, more: number): string =>
    `${formatCount(told)} of them are shown. The other ${formatCount(more)} come when these are answered and you go on; nothing is written before all are answered.`,
  selected: (n: number): string => `${formatCount(n)} selected:`,
  selectAll: "Select all",
  alike: (n: number): string => `Answer all ${formatCount(n)} like this the same way`,
  alikeWhy: "The same reason, the same choices and the same kind of file",
  pick: "Choose a conflict on the left.",
  open: "to answer",
  unanswered: (n: number): string => (n === 0 ? "All answered" : `${formatCount(n)} to answer`),
  versions: "What happened",
  version: "Version",
  what: "What it is",
  when: "When",
  seen: "The program first saw",
  now: "Your machine has now",
  session: "The session made",
  wasBefore: "Before the commit",
  wasCommitted: "The commit made",
  nothing: "nothing",
  unknown: "–",
  decide: "What to do",
  noChoice: "This cannot be resolved here. Leave it out of the selection, or abort the session.",
  undoNoChoice: "This cannot be undone by itself: undo later commits first, or change it by hand.",
  goOn: {
    label: "Go on all the same",
    what: "The rest is committed. What the program made may rest on what is no longer true.",
  },
  undoSkip: { label: "Leave as it is", what: "Your machine keeps what it has here; the rest is undone." },
  undoOverwrite: {
    label: "Undo it all the same",
    what: "It becomes what it was before the commit. What your machine has now goes into the backup of the undo.",
  },
  undoBoth: {
    label: "Keep both",
    what: "Your machine keeps what it has here. What was here before the commit comes back beside it, with “.alcatraz-” and the commit's id after its name.",
  },
  undoLead: (n: number): string =>
    n === 1
      ? "Your machine has changed since the commit, at one place. Nothing has been undone yet."
      : `Your machine has changed since the commit, at ${formatCount(n)} places. Nothing has been undone yet.`,
  skip: "Leave out",
  skipWhat: "Your machine keeps its own version. The session's stays in the session.",
  skipGone: "It stays gone from your machine. The session's version stays in the session.",
  skipDeletion: "Your machine keeps the file. The deletion stays in the session.",
  overwrite: "Overwrite",
  overwriteWhat: "Your machine gets the session's version. Undo brings back what it has now.",
  overwriteGone: "Your machine gets the session's version again.",
  delete: "Delete",
  deleteWhat: "It is deleted, as in the session. Undo brings back what your machine has now.",
  both: "Keep both",
  bothWhat:
    "The session's version goes beside your machine's, with “.alcatraz-” and the session's id after its name.",
  merge: "Merge",
  mergeWhat: "Both changes are put together line by line. Permissions and owner stay your machine's.",
  mergeAppend: "What the session added goes after what your machine added.",
  mergeByHand: "Merge by hand…",
  mergeByHandWhat: "Both changed the same lines: you say what they become.",
  mergingByHand: "You merge this by hand.",
  otherAnswer: "Choose another answer",
  mergeMade: "Merged by hand. Permissions and owner stay your machine's.",
  differences: "Differences",
  compare: {
    "now-session": "Machine and session",
    "base-now": "Before and machine",
    "base-session": "Before and session",
    "now-before": "Now and undone",
    merged: "Merged",
  },
  compared: {
    "now-session": ["Your machine has now", "The session made"],
    "base-now": ["The program first saw", "Your machine has now"],
    "base-session": ["The program first saw", "The session made"],
    "now-before": ["Your machine has now", "Undo brings back"],
  },
  noUndoText: "Text can be shown side by side where there is one before the commit and one now.",
  noText: "There is no text to compare",
  noTextWhy: "Only text can be shown side by side here. The session's version is in the list of changes.",
  onlyRead: "The session changed nothing here; it only looked.",
  same: "Both are the same",
  sameWhy: "Every byte is equal; only times or permissions differ.",
  machine: "Your machine",
  ignoreMore: "Always leave out files like this…",
  ignoreDialog: "Always leave out of commits",
  ignorePattern: "Pattern",
  ignoreAdd: "Leave out from now on",
  ignoreNone: "The name is no text, so write a pattern that fits it.",
  ignoreTitle: "Always leave out:",
  ignoreWhy: "Commits leave these out from now on. See Settings.",
  joined: (n: number): string =>
    n === 1
      ? "Your machine and the session both added lines to this file. They are joined, your machine's first:"
      : `Your machine and the session both added lines to ${formatCount(n)} files. They are joined, your machine's first:`,
  shared: (n: number): string =>
    n === 1
      ? "This file has other names on your machine, and changes under each of them:"
      : `${formatCount(n)} files have other names on your machine, and change under each of them:`,
  sharedCount: (n: number): string =>
    n === 1 ? "one other name, in another folder" : `${formatCount(n)} other names, in other folders`,
  ignored: (n: number): string =>
    n === 1
      ? "Your ignore list leaves out one file:"
      : `Your ignore list leaves out ${formatCount(n)} files:`,
  include: "Include them",
  more: (n: number): string => `and ${formatCount(n)} more`,
  // Merging by hand
  hunkSame: (lines: number): string => formatMany(lines, "equal line"),
  hunkHost: "changed on your machine",
  hunkSession: "changed by the session",
  hunkBoth: "both made the same change",
  hunkConflict: (n: number, of: number): string =>
    `Changed by both (${formatCount(n)} of ${formatCount(of)})`,
  takeHost: "Your machine's",
  takeSession: "The session's",
  takeBoth: "Both",
  takeBase: "As before",
  empty: "(no lines)",
  edit: "Edit as text",
  editLabel: "The merged text",
  editDone: "Use this text",
  editBack: "Back to the pieces",
  editEarlier: "Edit the text you made",
  editUnfit: "Its lines do not all end alike, which a text box would change: decide piece by piece.",
  moved: "Your machine's file or the session's has changed since you merged it. Decide anew.",
  openHunks: (n: number): string => (n === 1 ? "One place is open." : `${formatCount(n)} places are open.`),
  mergeTitle: "The merged file",
  omitted: (bytes: string): string => `The first ${bytes} are the same and not shown.`,
} as const;
