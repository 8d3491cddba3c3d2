// What the states and ends of sessions are called.
import type { SessionState } from "../protocol/src/session.js";
import { formatCount } from "./format.js";

/** Words for each state: short for a list, long for the header. */
export const STATE_WORDS: Readonly<Record<SessionState, { short: string; long: string }>> = {
  starting: { short: "starting", long: "Starting…" },
  running: { short: "running", long: "Running" },
  finished: { short: "to decide", long: "Ended. Its changes wait for your decision." },
  committing: { short: "committing", long: "Committing…" },
  committed: { short: "committed", long: "Committed" },
  aborted: { short: "aborted", long: "Aborted" },
  broken: { short: "broken", long: "Broken" },
};

/** Instead of those of the state: what was committed has been undone; the program could not be started. */
export const UNDONE_WORDS = { short: "undone", long: "Committed, then undone" } as const;
/** There is nothing to decide then. */
export const UNCHANGED_WORDS = { short: "changed nothing", long: "Ended. It changed nothing." } as const;
export const NOT_STARTED_WORDS = { short: "did not start", long: "Did not start" } as const;

export const FROZEN = {
  words: { short: "frozen", long: "Frozen" },
  quota: (used: string, limit: string): string => `Its changes hold ${used}, and it was given ${limit}.`,
  disk: (free: string, place: string, limit: string): string =>
    `Only ${free} are free for ${place}, and ${limit} are to stay free.`,
  files: (free: number, place: string, limit: number): string =>
    `Only ${free} more files fit on ${place}, and room for ${limit} is to stay free.`,
  somePlace: "a disk",
} as const;

/** A limit that is near. */
export const NEAR = {
  quota: (limit: string): string =>
    `Its changes hold most of what they may, ${limit}. At the limit it will stand still, and nothing is lost.`,
  disk: (free: string, place: string, limit: string): string =>
    `Only ${free} are free for ${place}. With less than ${limit} it will stand still, and nothing is lost.`,
  inodes: (free: number, place: string, limit: number): string =>
    `Only ${formatCount(free)} more files fit on ${place}. With room for less than ${formatCount(limit)} it will stand still, and nothing is lost.`,
  memory: (limit: string): string =>
    `Its programs use most of the memory that they may, ${limit}. Beyond that one of them is ended.`,
  processes: (limit: number): string =>
    `It has most of the ${formatCount(limit)} processes that it may. Beyond that no more can be started.`,
} as const;

/** A limit that it has run into. */
export const RAN_OUT = {
  memory: (limit: string, ended: number): string =>
    `It ran out of the memory it was allowed, ${limit}, and ${ended === 1 ? "a program of it was" : `${formatCount(ended)} programs of it were`} ended.`,
  processes: (limit: number): string =>
    `It ran out of the ${formatCount(limit)} processes it was allowed, and more could not be started.`,
} as const;

const SIGNALS: Readonly<Record<number, string>> = {
  1: "hang-up",
  2: "Ctrl-C",
  3: "quit",
  6: "its own abort",
  11: "a memory fault",
  13: "a closed pipe",
};

/** How a program ended. */
export const ENDS = {
  well: "ended well",
  overrun: "ended at a limit of disk space",
  unheeded: "was killed, for it did not stop when it was asked to",
  killed: "ended from outside",
  memory: "ran out of the memory it was allowed",
  status: (status: number): string => `ended with status ${status}`,
  // The one that Stop sends.
  signal: (signal: number): string =>
    signal === 15
      ? "stopped"
      : signal === 9
        ? "was killed"
        : `ended by ${SIGNALS[signal] ?? `signal ${signal}`}`,
} as const;
