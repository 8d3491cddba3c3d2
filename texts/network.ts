// The words of a session's record: its programs, and what they tried.
import { formatCount, formatMany } from "./format.js";
import { ENDS } from "./sessions.js";
import type { NetworkTry, ProgramEnd, RefusedAction } from "../protocol/src/log.js";

const ACTIONS: Readonly<Record<NetworkTry["action"], string>> = {
  bind: "listen on",
  connect: "connect to",
  send: "send to",
};
const VERDICTS: Readonly<Record<NetworkTry["verdict"], string>> = {
  local: "inside",
  allowed: "allowed",
  refused: "refused",
  redirected: "redirected",
};

export const TEXTS = {
  title: "Network",
  loading: "Reading what was tried",
  empty: "No program of this session has tried to use the network.",
  incomplete: "There was more than could be recorded.",
  count: (n: number): string => formatMany(n, "place"),
  time: "First tried",
  what: "What",
  verdict: "Verdict",
  program: "Program",
  instead: (place: string): string => `to ${place}`,
  lookup: "look up a name at",
  actions: ACTIONS,
  verdicts: VERDICTS,
} as const;

const REFUSED: Readonly<Record<RefusedAction["what"], string>> = {
  mount: "May not change mounts:",
  "hidden-place": "Hidden from it:",
  "set-id": "Ran without its owner’s rights:",
  "kernel-call": "May not make the system call",
  "socket-family": "May not make sockets of the family",
  device: "The session has no device",
  "host-socket": "Belongs to programs outside:",
  disk: "The session was frozen, it reached its limit:",
  memory: "It ran out of the memory it was allowed, and a program was ended.",
  processes: "It has as many processes as it may, and no more could be started.",
};

export const PROGRAMS = {
  title: "Programs",
  tree: "Programs that were started",
  refused: "What was refused",
  loading: "Reading what ran",
  empty: "No program is on record.",
  count: (programs: number, refused: number): string =>
    refused === 0
      ? formatMany(programs, "program")
      : `${formatMany(programs, "program")} · ${formatCount(refused)} refused`,
  dropped: (n: number): string => `${formatMany(n, "more is", "more are")} not kept`,
  itsChanges: "Show its changes",
  by: (program: string): string => `by ${program}`,
  details: (time: string, cwd: string): string => `${time}, in ${cwd}`,
  what: REFUSED,
  end: (end: ProgramEnd | undefined): string => {
    switch (end?.end) {
      case undefined:
        return "runs";
      case "exited":
        return end.status === 0 ? "done" : `ended with ${end.status}`;
      case "killed":
        return end.signal === undefined ? "killed" : ENDS.signal(end.signal);
      case "replaced":
        return "became another program";
      case "failed":
        return "could not be started";
      case "session":
        return "ended with the session";
    }
  },
} as const;
