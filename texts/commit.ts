// The words of the decision: commit, abort, undo.
import type { MissingReads } from "../protocol/src/commit.js";
import type { ConflictReason } from "../protocol/src/errors.js";
import type { Phase } from "../protocol/src/rpc.js";
import { formatMany } from "./format.js";

const changes = (n: number): string => formatMany(n, "change");

const UNSEEN: Record<"off" | MissingReads, string> = {
  off: "What the program looked at was not recorded",
  "cut-off":
    "The record of what the program looked at was cut off, and what it looked at last may be missing",
  "too-many": "The record of what the program looked at is not complete, because there was too much",
  blind: "The record of what the program looked at is not complete, because some of it could not be seen",
};

export const TEXTS = {
  commitTitle: (n: number, name: string): string => `Commit ${changes(n)} of ${name}`,
  doneTitle: (name: string): string => `Commit of ${name}`,
  stillRuns: (name: string): string => `${name} still runs`,
  stillRunsWhy: "A commit takes what the program leaves behind, so it has to be stopped first.",
  stopAndCommit: "Stop and commit…",
  noting: "Noting what the program has done so far",
  notingWhy: "It still runs. It is stopped once this is known.",
  stopping: "Stopping the program",
  reading: "Reading the last changes",
  checking: "Checking that your machine has not changed meanwhile",
  ready: (n: number): string => `${changes(n)} will become real on your machine.`,
  readyPart: (left: number): string =>
    `${changes(left)} ${left === 1 ? "stays" : "stay"} in the session: decide about ${left === 1 ? "it" : "them"} later.`,
  readyUndo: "You can undo the commit afterwards.",
  asSeen: "Your machine is as the program saw it.",
  nothingLeft: "Nothing is left to decide.",
  needLook: (n: number, names: string): string =>
    `${formatMany(n, "of them needs a look", "of them need a look")}: ${names}.`,
  unseen: (why: "off" | MissingReads): string =>
    `${UNSEEN[why]}: whatever your machine has changed since the session began is a conflict, where the program changed something too.`,
  recheckGoing: "Checking again…",
  changedSince: "The session has changed since you came here. This is what it comes to now.",
  perhapsChanged:
    "Whether the session has changed since you came here could not be told. This is what it comes to now.",
  partsLabel: "What to show",
  parts: { conflicts: "To decide", goes: "Goes to your machine", stays: "Stays in the session" },
  tags: { joined: "joined", ignored: "ignore list", open: "to decide", answered: "answered" },
  nothingGoes: "Nothing is chosen",
  nothingGoesWhy: "Put changes in from what stays in the session.",
  commit: (n: number): string => `Commit ${changes(n)}`,
  commitRest: "Commit with these answers",
  recheck: "Check again",
  cancel: "Cancel",
  cancelling: "Cancelling…",
  back: "Back",
  close: "Close",
  done: "Done",
  needsTitle: "The selection leaves out something it needs",
  needsWhy: "What you chose makes no sense without this, which was left out:",
  neededBy: "needed by",
  andMore: (n: number): string => ` and ${n} more`,
  includeNeeds: (n: number): string => (n === 1 ? "Include it too" : `Include all ${n} too`),
  ignore: {
    title: "Left out of every commit",
    why: "Files that fit one of these patterns stay in the session when you commit. The command line heeds them too.",
    item: "New pattern",
    placeholder: "*.log or /var/cache/**",
    add: "Add",
    remove: (pattern: string): string => `Remove ${pattern}`,
  },
  committing: "Committing",
  pastReturn: "It can no longer be cancelled: changes are being applied.",
  committed: (n: number): string => `${changes(n)} committed`,
  committedWhy: "They were put on your machine.",
  verified: "Looked at again: your machine has what was committed.",
  differing: (n: number, first: string): string =>
    `Looked at again: ${n === 1 ? "1 path is" : `${n} paths are`} not as committed (${first}). Something else changed it meanwhile.`,
  committedRest: "The rest stays here until you decide.",
  hide: "Hide this",
  undoneLong: "Your machine is as it was before this session.",
  skipped: (n: number): string => `${changes(n)} left out.`,
  doneJoined: (n: number): string => `${formatMany(n, "file")} joined with what your machine added.`,
  doneIgnored: (n: number): string => `${formatMany(n, "file")} left out by your ignore list.`,
  dropped: (n: number): string =>
    `To keep within the limit of disk space, ${n === 1 ? "the backup of 1 older commit" : `the backups of ${n} older commits`} went: ${n === 1 ? "it" : "they"} cannot be undone any more.`,
  failedTitle: "Nothing was committed",
  tryAgain: "Try again",
  abortTitle: (name: string): string => `Throw away everything that ${name} did?`,
  abortCounts: (n: number): string => `${changes(n)} will be lost:`,
  abortUncounted: "The list of changes is not whole yet. All of them will be lost.",
  abortNone: "The session has no changes.",
  abortRestTitle: (name: string): string => `Throw away the rest of ${name}?`,
  abortStays: (n: number): string =>
    `${changes(n)} committed before ${n === 1 ? "stays" : "stay"} on your machine.`,
  abortRunning: "The program still runs and will be stopped.",
  abortWhy: "Your machine stays as it is. This cannot be undone.",
  abort: "Throw away",
  aborting: "Throwing away…",
  undo: "Undo",
  undoAsk: "Undo…",
  undoCommitted: (n: number): string => `Undo ${changes(n)}…`,
  undoTitle: "Undo this commit?",
  undoDoneTitle: "Undo",
  undoWorkTitle: (name: string): string => `Undoing the commit of ${name}`,
  undoWorkTitleBare: "Undoing the commit",
  undoCount: (n: number): string => `${changes(n)} will be taken back.`,
  undoCountOf: (n: number, name: string): string => `${changes(n)} of ${name} will be taken back.`,
  undoWhy:
    "Your machine will be as it was before the commit. Where it has changed since, you are asked before anything is done.",
  undoNotInto: "They do not come back into the session: History can put them on your machine again.",
  undoing: "Undoing",
  undone: (n: number): string => `${changes(n)} taken back`,
  undoneWhy: "Your machine is as it was before the commit. History can undo this too.",
  undonePart: (n: number): string =>
    `${changes(n)} left as ${n === 1 ? "it is" : "they are"}, as you chose. History can undo this too.`,
  undoRest: "Undo with these answers",
} as const;

/** What the helper does in each phase, while it does it. */
export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  scan: "Reading the changes",
  check: "Checking that your machine has not changed meanwhile",
  stage: "Bringing the files to where they belong",
  journal: "Writing down what will be done",
  apply: "Applying the changes",
  publish: "Making sure they are on the disk",
  recover: "Finishing an interrupted commit",
};

/** The same while a commit is taken back. */
export const UNDO_PHASE_WORDS: Readonly<Record<Phase, string>> = {
  ...PHASE_WORDS,
  scan: "Reading what was committed",
  stage: "Bringing back what was there",
  apply: "Taking the changes back",
};

/** Of a folder that the program listed. */
export const LISTING_WORDS = {
  appeared: "The program looked through this folder; since then your machine has got something new in it.",
  vanished: "The program looked through this folder; since then something in it is gone from your machine.",
} as const;

export const REASON_WORDS: Readonly<Record<ConflictReason, string>> = {
  "read-then-changed":
    "The program read it, then your machine changed it. The result may rest on what is no longer true.",
  "name-appeared": "Your machine has got something of this name meanwhile.",
  "name-vanished": "It is gone from your machine meanwhile.",
  "write-then-changed": "Both the program and your machine changed it.",
  "type-changed": "It has become something else on your machine.",
  "in-use": "A program on your machine has it open for writing.",
};

/** The same in a list, beside the answer. */
export const SHORT_REASONS: Readonly<Record<ConflictReason, string>> = {
  "read-then-changed": "Changed after it was read",
  "name-appeared": "New on your machine",
  "name-vanished": "Gone from your machine",
  "write-then-changed": "Changed by both",
  "type-changed": "Something else now",
  "in-use": "Open in a program",
};

/** The same for a commit that is to be taken back. */
export const UNDO_REASON_WORDS: Readonly<Record<ConflictReason, string>> = {
  "read-then-changed": "Your machine has changed it since the commit.",
  "name-appeared": "Your machine has got something of this name since the commit.",
  "name-vanished": "It is gone from your machine since the commit.",
  "write-then-changed": "Your machine has changed it since the commit.",
  "type-changed": "It has become something else since the commit.",
  "in-use": "A program on your machine has it open for writing.",
};

export const UNDO_SHORT_REASONS: Readonly<Record<ConflictReason, string>> = {
  ...SHORT_REASONS,
  "read-then-changed": "Changed since the commit",
  "write-then-changed": "Changed since the commit",
};
