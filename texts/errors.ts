// What an error means to a person, in the words of the app: by its code, what exactly it was, and its facts. Exhaustive: a new code
// does not compile without its words. The helper's own sentences are for its command line; here they are details.
import type { ErrorCode, ErrorReason, SeeError } from "../protocol/src/errors.js";
import { type Facts, REASON_WORDS, type Words } from "./error-reasons.js";

interface ErrorText {
  /** What happened, as a heading. */
  title: string;
  /** What happened, as a sentence; empty where the heading says it all. */
  what: string;
  /** What to do. */
  next: string;
  /** How the helper puts it; undefined for the app's own errors. */
  said: string | undefined;
  /** Whether that is read at once, and not only by who asks for it. */
  isTold: boolean;
  /** Whether nothing was run because of it, where somebody wanted to run something. */
  isRefusal: boolean;
}

/** Returns the words for an error. They may hold names that programs chose: whoever shows them escapes them. */
export function errorText({ code, reason, own, message, hint, facts = {} }: SeeError): ErrorText {
  const words = ERROR_WORDS[code];
  if (own === true) {
    // Of what a person typed, what is wrong with it is the heading.
    const [title, what] = code === "bad-request" ? [message, ""] : [words.title, message];
    return { title, what, next: hint || words.next, said: undefined, isTold: false, isRefusal: false };
  }
  const exact: Words = reason === undefined ? words : REASON_WORDS[reason];
  const title = exact.title ?? words.title;
  return {
    title,
    what: wordsOf(exact, facts),
    next: exact.next,
    said: `${message} ${hint}`.trim(),
    isTold: exact.tells === true,
    isRefusal: exact.refuses === true,
  };
}

function wordsOf({ what = "" }: Words, facts: Facts): string {
  return typeof what === "string" ? what : what(facts);
}

/** Returns what happened, whole, for where no heading, no next step and no details stand: as the reason of something else. */
export function errorSentence(error: SeeError): string {
  const { title, what, said, isTold } = errorText(error);
  return [`${title}.`, what, ...(isTold && said !== undefined ? [`${SAID}: ${said}`] : [])]
    .join(" ")
    .replace(/  +/g, " ")
    .trim();
}

interface CodeWords extends Words {
  title: string;
}

const quoted = (facts: Facts, name: string, words: (value: string) => string): string =>
  facts[name] === undefined ? "" : words(String(facts[name]));

/** What the system says by a number, as the end of a sentence. */
const ERRNO: Readonly<Record<string, string>> = {
  1: "the system does not allow it",
  2: "it is not there",
  5: "the disk reports an error",
  12: "there is no memory left",
  13: "you have no right to",
  16: "it is in use",
  17: "something of that name is there",
  20: "a part of the path is no folder",
  22: "the file system does not know how",
  23: "too many files are open on this machine",
  24: "too many files are open",
  27: "the file would be too large",
  28: "the disk is full",
  30: "it is read-only",
  36: "a name is too long",
  39: "a folder is not empty",
  40: "symbolic links lead in a circle",
  95: "the file system cannot do that",
  116: "it was replaced meanwhile",
  122: "your share of the disk is used up",
};

const byErrno =
  (otherwise: string): ((facts: Facts) => string) =>
  ({ errno }) => {
    const why = ERRNO[String(errno)];
    return why === undefined ? otherwise : `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
  };

export const ERROR_WORDS: Readonly<Record<ErrorCode, CodeWords>> = {
  "bad-request": {
    title: "That request was not understood",
    what: "Something in it is not possible as it stands.",
    next: "Look at what you typed and chose, and try again.",
  },
  "unknown-method": {
    title: "The helper is older than this app",
    next: "Update the helper, then restart the app.",
  },
  "protocol-mismatch": {
    title: "App and helper do not match",
    what: ({ ours, theirs }) =>
      ours === undefined || theirs === undefined
        ? ""
        : `The app speaks version ${theirs} of their language, the helper version ${ours}.`,
    next: "Install both from the same version, then restart the app.",
  },
  cancelled: { title: "Cancelled", next: "Nothing was changed." },
  "no-such-session": {
    title: "This session is gone",
    what: "It was removed, here or from a terminal.",
    next: "Choose another one in the list.",
  },
  "ambiguous-session": {
    title: "More than one session fits",
    what: (facts) => quoted(facts, "key", (key) => `Several begin with ${key}.`),
    next: "Choose one in the list.",
  },
  "name-taken": {
    title: "That name is in use",
    what: (facts) => quoted(facts, "name", (name) => `Another session is called ${name}.`),
    next: "Choose another name under More options, or commit or abort that session first.",
  },
  "wrong-state": {
    title: "Not possible in this state",
    what: (facts) => quoted(facts, "state", (state) => `The session is ${state}.`),
    next: "Wait until its program has ended, then try again. What was decided already cannot be decided again.",
  },
  "session-busy": {
    title: "Somebody else works on this session",
    what: (facts) =>
      quoted(facts, "pid", (pid) => `Process ${pid} works on it: another window, or a terminal.`),
    next: "Wait until that has ended, or stop the session; then try again.",
  },
  "command-not-found": {
    title: "Command not found",
    what: (facts) => quoted(facts, "command", (command) => `There is no program ${command}.`),
    next: "Check the spelling, or give the full path of the program.",
  },
  "command-not-executable": {
    title: "This file is not a program",
    what: (facts) => quoted(facts, "command", (command) => `${command} cannot be run as it is.`),
    next: "Drop the file on this window, or type the program that opens it before its name.",
  },
  "no-such-user": {
    title: "There is no such user",
    what: (facts) => quoted(facts, "user", (user) => `This machine knows no ${user}.`),
    next: "Choose a user of this machine.",
  },
  "scanner-failed": {
    title: "The virus scanner could not look",
    what: "What it said tells why.",
    tells: true,
    next: "If it has no signatures yet, its service (clamav-freshclam) fetches them within minutes; where none runs, type sudo freshclam.",
  },
  "no-user-namespaces": {
    title: "This machine does not allow sandboxes without root",
    refuses: true,
    next: "See what this machine can enforce, at the end of the Home screen.",
  },
  "cannot-isolate": {
    title: "The sandbox could not be made",
    what: "Something that a session needs cannot be set up on this machine.",
    refuses: true,
    next: "See what this machine can enforce, at the end of the Home screen.",
  },
  "store-unusable": {
    title: "The store cannot be used",
    what: (facts) =>
      quoted(facts, "store", (store) => `Sessions are kept in ${store}, and nothing can be kept there now.`),
    next: "It needs a local disk with a file system of Linux's own (ext4, xfs, btrfs), room on it, and must be writable for you. Then restart the helper.",
  },
  "store-too-new": {
    title: "The store is from a newer version",
    what: ({ found, supported }) =>
      found === undefined || supported === undefined
        ? ""
        : `It has version ${found}; this Alcatraz knows versions up to ${supported}.`,
    next: "Update Alcatraz to open it.",
  },
  "no-such-change": {
    title: "This change is gone",
    what: "The session does not differ from your machine there, or not in that way any more.",
    next: "Choose another one in the list.",
  },
  conflicts: {
    title: "Your machine has changed meanwhile",
    what: "Nothing was done.",
    next: "Decide for each conflict, or abort.",
  },
  "selection-needs": {
    title: "The selection leaves out something it needs",
    next: "Include what is missing.",
  },
  "no-such-commit": { title: "This commit is not known", next: "Its backup may have been removed." },
  "not-undoable": {
    title: "This commit cannot be undone",
    next: "Its backup is gone or damaged, or it has been undone already.",
  },
  "rolled-back": {
    title: "The commit failed and was taken back",
    what: (facts) => [...causeOf(facts), "Everything was put back."].join(" "),
    next: "Your machine is as it was before. Mend the cause and commit again.",
  },
  "recovery-needed": {
    title: "A commit was interrupted",
    what: (facts) => {
      const cause = causeOf(facts);
      if (cause.length === 0) return "It waits for something: a disk that is not there, or room.";
      return `It waits. ${cause.join(" ")}`;
    },
    next: "It is finished or taken back by itself when what it waits for is there.",
  },
  "disk-full": {
    title: "The disk is full",
    what: (facts) => quoted(facts, "store", (store) => `There is no room left for ${store}.`),
    next: "Make room, then try again. Nothing is lost.",
  },
  "read-only-target": {
    title: "A place cannot be written",
    what: "It lies on a disk that is read-only.",
    next: "Mount it writable, or leave it out.",
  },
  "permission-denied": {
    title: "Permission denied",
    what: byErrno("You have no right to."),
    next: "Start Alcatraz in system mode, or leave this out.",
  },
  io: {
    title: "Reading or writing failed",
    what: byErrno("The system refused it."),
    next: "Try again; if it stays, check the disk.",
  },
  "helper-gone": {
    title: "The helper is not running",
    what: "What it did for a session is over.",
    next: "Restart it. Sessions and their changes are safe.",
  },
  internal: {
    title: "Something went wrong inside Alcatraz",
    what: "This is a bug. Nothing was lost.",
    next: "Try again. If it stays, please report it, with the details.",
  },
};

/** What another error was because of, in sentences. */
function causeOf({ cause, cause_reason: reason }: Facts): string[] {
  const exact = typeof reason === "string" && isReason(reason) ? REASON_WORDS[reason] : undefined;
  if (exact?.title !== undefined) return [`${exact.title}.`];
  if (typeof cause !== "string" || !isCode(cause) || cause === "rolled-back" || cause === "recovery-needed")
    return [];
  return [`${ERROR_WORDS[cause].title}.`, wordsOf(ERROR_WORDS[cause], {})].filter((text) => text !== "");
}

function isReason(text: string): text is ErrorReason {
  return Object.hasOwn(REASON_WORDS, text);
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_WORDS, text);
}

/** Before what to do, where something was to be run. */
export const NOTHING_RUN = "Nothing was run.";

/** Above what the helper itself says. */
export const SAID = "What the helper says";

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
