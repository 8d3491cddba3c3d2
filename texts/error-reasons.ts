// What exactly an error was, in the words of the app. Exhaustive, as errors.ts.
import type { ErrorReason, SeeError } from "../protocol/src/errors.js";
import { formatBytes } from "./format.js";

export type Facts = NonNullable<SeeError["facts"]>;

export interface Words {
  /** A heading, where the code's own does not fit. */
  title?: string;
  what?: string | ((facts: Facts) => string);
  next: string;
  /** Why exactly is in what the helper says alone: that is in sight, not folded away. */
  tells?: true;
  /** Nothing was run because of it, where it is told of what somebody wanted to run. */
  refuses?: true;
}

const NETWORK = "The session's network could not be connected";
const NETWORK_NEXT =
  "Choose Network: None, or see what this machine can enforce, at the end of the Home screen.";

export const REASON_WORDS: Readonly<Record<ErrorReason, Words>> = {
  "bad-name": {
    title: "This cannot be a session's name",
    next: "Use up to 64 visible characters (fewer with accents) that do not begin with a dash.",
  },
  "bad-pattern": {
    title: "This is no pattern",
    what: ({ pattern }) => `“${pattern}” fits no path.`,
    next: "Write one like *.log or /var/log/**.",
  },
  "many-patterns": {
    title: "The list is too long",
    what: ({ most }) => `It has room for ${most} patterns.`,
    next: "Use fewer, wider patterns.",
  },
  "bad-place": {
    title: "This is no place",
    what: ({ place }) => `“${place}” is no path of a file or folder.`,
    next: "Give the whole path, from / on.",
  },
  "many-places": {
    title: "The list is too long",
    what: ({ most }) => `It has room for ${most} places.`,
    next: "Hide the folders that hold them.",
  },
  "nothing-to-hide": {
    title: "There is nothing to hide",
    what: "Nothing is there, or nothing that you can reach; what you cannot reach needs no hiding.",
    next: "Look at Hidden under More options.",
  },
  "part-of-hidden": {
    title: "A part of a hidden place cannot be shown",
    next: "Under Left visible, name the whole hidden place, or nothing of it.",
  },
  "several-hidden": {
    title: "Several hidden places lie there",
    what: "It is not hidden itself, but places below it are.",
    next: "Under Left visible, name each of them that the program shall see.",
  },
  "unknown-host": {
    title: "A server was not found",
    what: ({ host }) => `This machine knows no ${host}.`,
    next: "Under Detours, give an address, or a name that this machine knows.",
  },
  "few-processes": {
    title: "A session cannot live with so few processes",
    what: ({ least }) => `It needs ${Number(least)}.`,
    next: "Under Limits, allow that many or more.",
  },
  "small-quota": {
    title: "That is not enough room",
    what: ({ used }) => `The session holds ${formatBytes(Number(used))} already.`,
    next: "Give it more, or abort the session.",
  },
  "no-directory": {
    title: "The folder to run it in cannot be used",
    what: "It is not there, or the program's user may not enter it.",
    next: "Choose another folder.",
  },
  "no-interpreter": {
    title: "What runs it is missing",
    what: ({ command, interpreter }) =>
      interpreter === undefined
        ? `${command} was made for another system.`
        : `${command} needs ${interpreter}, which is not there.`,
    next: "Install that, or get the program for this machine.",
  },
  "is-directory": {
    title: "This is a folder",
    what: ({ command }) => `${command} is no program.`,
    next: "Choose it as the folder to run in, and type a program.",
  },
  "not-marked": {
    title: "This file is not marked as a program",
    what: ({ command }) => `${command} may not be run as it is.`,
    next: "Type what runs it before its name (such as sh), or drop the file on this window.",
  },
  "nothing-chosen": {
    title: "Nothing is chosen",
    what: "There is nothing to commit.",
    next: "Choose at least one change.",
  },
  "nothing-taken-back": {
    title: "These answers leave nothing to take back",
    next: "Take back at least one path.",
  },
  "not-mergeable": {
    title: "This cannot be merged",
    what: "Only a text that your machine and the session both changed can be.",
    next: "Choose another answer for it.",
  },
  "unlisted-names": {
    title: "A folder cannot be listed whole",
    what: "It holds more than can be listed, or lies too deep. It is not committed unseen.",
    next: "Leave it out, with what it lies in, and commit the rest.",
  },
  "long-note": { title: "The note is too long", next: "Make it shorter." },
  "many-notes": {
    title: "There are too many notes",
    what: ({ most }) => `A session has room for ${most}.`,
    next: "Take others away first.",
  },
  "edited-elsewhere": {
    title: "The file has changed",
    what: "It is not what it was when you opened it.",
    next: "Open it again, and make your changes to what it is now.",
  },
  "several-names": {
    title: "This file cannot be edited here",
    what: "It has more than one name, and only one of them would change.",
    next: "Edit it by a program of the session: Run more.",
  },
  "no-own-file": {
    title: "This file cannot be edited here",
    what: "The session has no file of its own there.",
    next: "Edit what the session made or changed.",
  },
  "many-watches": {
    title: "Too many sessions are looked at",
    next: "Close other windows, then try again.",
  },
  "tool-missing": {
    title: NETWORK,
    what: ({ package: name }) => `A program of the package ${name} is not installed.`,
    refuses: true,
    next: "Install that package, or choose Network: None.",
  },
  "tunnel-missing": {
    title: NETWORK,
    what: "The system's device for it is not there, or for root alone.",
    refuses: true,
    next: NETWORK_NEXT,
  },
  "no-network": { title: NETWORK, refuses: true, next: NETWORK_NEXT },
  "no-redirection": {
    title: "Ports and detours do not work on this machine",
    what: "Its kernel is too old for them.",
    refuses: true,
    next: "Leave Open ports and Detours empty.",
  },
  "no-display": {
    title: "The program cannot get a window of its own",
    what: "There is no desktop to show it on, what shows it is not installed (Xephyr, or Xwayland), or its clipboard cannot be shared: what the helper says tells which.",
    refuses: true,
    tells: true,
    next: "Choose another answer for Windows or Clipboard, under More options.",
  },
  "no-device": {
    title: "This machine has no such device",
    what: ({ device }) => DEVICE_WORDS[String(device)] ?? "",
    next: "Switch it off, under Clipboard and devices.",
  },
  "no-limit": {
    title: "A limit cannot be kept on this machine",
    what: ({ promise }) => LIMIT_WORDS[String(promise)] ?? "",
    next: "Leave that limit empty, or see what this machine can enforce, at the end of the Home screen.",
  },
  "no-clipboard": {
    title: "The clipboard cannot be shared",
    what: "The program gets no window of its own whose clipboard could be.",
    refuses: true,
    next: "Under Clipboard and devices, share nothing, or choose a window of its own.",
  },
  "port-taken": {
    title: "A port is in use",
    what: ({ port }) => `Another program has port ${port}.`,
    refuses: true,
    next: "Under Open ports, choose another one, or end that program.",
  },
  "low-port": {
    title: "A port is for root alone",
    what: ({ port }) => `This machine gives ports as low as ${port} to nobody else.`,
    refuses: true,
    next: "Under Open ports, choose a higher one, or start Alcatraz in system mode.",
  },
  "no-address": {
    title: "This machine has no such address",
    what: ({ address }) => `It is not ${address}.`,
    refuses: true,
    next: "Under Open ports, give an address of this machine, or none.",
  },
  "no-port": {
    title: "A port cannot be opened",
    what: ({ port }) => `This machine does not give port ${port}.`,
    refuses: true,
    next: "Under Open ports, choose another one.",
  },
  "two-servers": {
    title: "A port cannot lead to two servers",
    what: ({ port }) => `Port ${port} is there twice.`,
    refuses: true,
    next: "Under Open ports, give each of them a port of its own.",
  },
  "little-room": {
    title: "So much cannot stay free",
    what: ({ free }) => `The disk has ${formatBytes(Number(free))} left.`,
    refuses: true,
    next: "Make room, or ask for less under Limits.",
  },
  "little-memory": {
    title: "A session cannot live with so little memory",
    // Up to whole megabytes: what is told can be typed.
    what: ({ least }) => `It needs ${formatBytes(Math.ceil(Number(least) / 1e6) * 1e6)}.`,
    next: "Under Limits, allow that much or more.",
  },
  "never-hidden": {
    title: "This place cannot be hidden",
    what: "Every session has its own there: what your machine has is not seen.",
    next: "Under Hidden, leave it out.",
  },
  "never-more": {
    title: "A session can only be allowed less",
    what: "It is never given more than it was started with.",
    next: "Start a new session with what you want it to have.",
  },
  "fixed-limit": {
    title: "This limit cannot be lowered while programs run",
    what: "There is no control group, and they keep the limits that they began with.",
    next: "Stop the session, and start it anew with that limit.",
  },
  "used-already": {
    title: "The session uses more already",
    what: ({ promise }) => LIMIT_WORDS[String(promise)] ?? "",
    next: "End some of its programs, or stop the session.",
  },
  "no-record": {
    title: "What the program does cannot be recorded",
    what: "Too many programs run or too many files are open.",
    refuses: true,
    next: "End other programs, then try again.",
  },
  "no-processes": {
    title: "The session could not be started",
    what: "You have too many processes or open files.",
    next: "End other programs, then try again.",
  },
  "moved-hidden": {
    title: "The session cannot go on",
    what: "It moved a place that must stay hidden.",
    next: "Review it and commit or abort it.",
  },
  "only-root": {
    title: "That user is root's to choose",
    next: "Leave the user as it is, or start Alcatraz in system mode.",
  },
  immutable: {
    title: "A file of your machine is locked",
    what: "It is marked as one that never changes, or may only be added to.",
    next: "Take the mark off, or leave out what is to be changed there.",
  },
  frozen: {
    title: "The session is frozen",
    next: "Let it go on first, or stop it.",
  },
  "held-up": {
    title: "The program did not start in time",
    what: "Something in the session held it up.",
    next: "Stop what runs in the session, or try again.",
  },
  "nothing-runs": {
    title: "No program runs in this session",
    next: "Look at what it did, or run more in it.",
  },
  "changed-since": {
    title: "The session has changed since you looked",
    what: "Nothing was done.",
    next: "Look at the changes again, then decide again.",
  },
  "mount-gone": {
    title: "A disk is not there any more",
    next: "Attach and mount it again, then try again.",
  },
  "host-changed": {
    title: "Your machine changed during the commit",
    what: "Everything is as it was before.",
    next: "Check again, then commit again.",
  },
  "host-writes": {
    title: "A program of your machine writes to the same file",
    what: "Everything is as it was before.",
    next: "Close that program, or leave the file out; then commit again.",
  },
  "merged-before": {
    title: "Your machine's file changed since it was merged",
    next: "Merge it again, then commit again.",
  },
  "no-scanner": {
    title: "ClamAV is not installed",
    next: "Install the package clamav, and let freshclam fetch its signatures.",
  },
};

const DEVICE_WORDS: Readonly<Record<string, string>> = {
  gpu: "It has no graphics processor that programs may use.",
  sound: "It has no sound.",
  camera: "It has no camera.",
};

const LIMIT_WORDS: Readonly<Record<string, string>> = {
  memory: "The limit is that of memory.",
  processes: "The limit is that of processes.",
};
