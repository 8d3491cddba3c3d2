// What each error means to a person. Exhaustive: a new code does not compile without its words.
import type { ErrorCode } from "../protocol/src/errors.js";

interface ErrorWords {
  /** What happened, as a heading. */
  title: string;
  /** What to do, when the error itself brings no hint. */
  next: string;
}

export const ERROR_WORDS: Readonly<Record<ErrorCode, ErrorWords>> = {
  "bad-request": { title: "That request was not understood", next: "Check what you typed and try again." },
  "unknown-method": {
    title: "The helper is older than this app",
    next: "Update the helper, then restart the app.",
  },
  "protocol-mismatch": {
    title: "App and helper do not match",
    next: "Install both from the same version, then restart the app.",
  },
  cancelled: { title: "Cancelled", next: "Nothing was changed." },
  "no-such-session": { title: "This session is gone", next: "Choose another one in the list." },
  "ambiguous-session": { title: "More than one session fits", next: "Use the whole id." },
  "name-taken": { title: "That name is in use", next: "Choose another name for the session." },
  "wrong-state": {
    title: "Not possible in this state",
    next: "Wait until the session has finished, then try again.",
  },
  "session-busy": {
    title: "Somebody else works on this session",
    next: "Wait until the other commit or program has ended, then try again.",
  },
  "command-not-found": {
    title: "Command not found",
    next: "Check the spelling, or give the full path of the program.",
  },
  "command-not-executable": {
    title: "This file is not a program",
    next: "Make it executable, or name the program that opens it.",
  },
  "scanner-failed": {
    title: "The virus scanner could not look",
    next: "Let ClamAV fetch its signatures (sudo freshclam), then try again.",
  },
  "no-such-user": { title: "There is no such user", next: "Choose a user of this machine." },
  "no-user-namespaces": {
    title: "This machine does not allow sandboxes without root",
    next: "See what this machine can enforce, at the end of the Home screen.",
  },
  "cannot-isolate": {
    title: "The sandbox could not be made",
    next: "Nothing was run. See what this machine can enforce, at the end of the Home screen.",
  },
  "store-unusable": {
    title: "The store cannot be used",
    next: "Put the store on a local disk with free space, then restart the helper.",
  },
  "store-too-new": { title: "The store is from a newer version", next: "Update Alcatraz to open it." },
  "no-such-change": {
    title: "This change is gone",
    next: "The program has changed the file again. Choose another one.",
  },
  conflicts: { title: "Your machine has changed meanwhile", next: "Decide for each conflict, or abort." },
  "selection-needs": {
    title: "The selection leaves out something it needs",
    next: "Include what is missing.",
  },
  "no-such-commit": { title: "This commit is not known", next: "Its backup may have been removed." },
  "not-undoable": {
    title: "This commit cannot be undone",
    next: "Its backup is gone, or it has been undone already.",
  },
  "rolled-back": {
    title: "The commit failed and was taken back",
    next: "Your machine is as it was before. Mend the cause and commit again.",
  },
  "recovery-needed": {
    title: "A commit was interrupted",
    next: "It is finished or taken back by itself when what it waits for is there.",
  },
  "disk-full": { title: "The disk is full", next: "Make room, then try again. Nothing is lost." },
  "read-only-target": { title: "The target cannot be written", next: "Mount it writable, or leave it out." },
  "permission-denied": {
    title: "Permission denied",
    next: "Start Alcatraz in system mode, or leave this out.",
  },
  io: { title: "Reading or writing failed", next: "Try again; if it stays, check the disk." },
  "helper-gone": {
    title: "The helper is not running",
    next: "Restart it. Sessions and their changes are safe.",
  },
  internal: {
    title: "Something went wrong inside Alcatraz",
    next: "Try again. If it stays, please report it.",
  },
};

/** The heading of the one dialog that comes without a window: the app cannot start. */
export const FATAL_HEADINGS: Readonly<Record<ErrorCode, string>> = {
  "helper-gone": "Alcatraz's helper does not run",
  "protocol-mismatch": "App and helper do not fit together",
  "store-unusable": "The store of sessions cannot be opened",
  "store-too-new": "The store of sessions cannot be opened",
  "no-user-namespaces": "This machine cannot isolate programs",
  "cannot-isolate": "This machine cannot isolate programs",
  "disk-full": "The disk is full",
  "read-only-target": "A file that Alcatraz needs cannot be used",
  "permission-denied": "A file that Alcatraz needs cannot be used",
  io: "A file that Alcatraz needs cannot be used",
  "command-not-found": "The program cannot be run",
  "command-not-executable": "The program cannot be run",
  "scanner-failed": "The virus scanner cannot be run",
  "no-such-user": "The program cannot be run",
  "no-such-session": "The session cannot be used",
  "ambiguous-session": "The session cannot be used",
  "name-taken": "The session cannot be used",
  "wrong-state": "The session cannot be used",
  "session-busy": "The session cannot be used",
  "no-such-change": "The changes cannot be committed",
  conflicts: "The changes cannot be committed",
  "selection-needs": "The changes cannot be committed",
  "no-such-commit": "The changes cannot be committed",
  "not-undoable": "The changes cannot be committed",
  "rolled-back": "The changes cannot be committed",
  "recovery-needed": "The changes cannot be committed",
  "bad-request": "Alcatraz cannot start",
  "unknown-method": "Alcatraz cannot start",
  cancelled: "Alcatraz cannot start",
  internal: "Alcatraz cannot start",
};
