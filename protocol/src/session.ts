// A session: one SEE, from its start until it is committed or aborted.
import { z } from "zod";
import { LimitCause, SessionCause } from "./cause.js";
import { PathRef } from "./path.js";
import { Net, Redirect, Reroute } from "./net.js";

export const SessionState = z.enum([
  "starting",
  "running",
  "finished", // no program runs; its changes wait for a decision
  "committing",
  "committed",
  "aborted",
  "broken", // it could not be made or its layers are damaged; `why` says so
]);
export type SessionState = z.infer<typeof SessionState>;

export const Mode = z.enum(["system", "user"]);
export type Mode = z.infer<typeof Mode>;

/** A place where the session is limited. `why`: in the words of the command line; a session of before has them alone. */
export const Limit = z.object({ path: z.string(), why: z.string(), cause: LimitCause.optional() });
export type Limit = z.infer<typeof Limit>;

/** How much is recorded of what the programs look at: nothing, what they open and run, or also what they ask about. */
export const Reads = z.enum(["off", "opens", "lookups"]);
export type Reads = z.infer<typeof Reads>;

const Size = z.number().int().min(0);

/**
 * Nothing, a display of its own in a window of the host's, or the host's own. `auto` in a request: nested for a program that the desktop knows as one that shows windows.
 */
export const Display = z.enum(["none", "nested", "host", "auto"]);
export type Display = z.infer<typeof Display>;

/** Which way text may be copied between the clipboard of a nested display and the host's. */
export const Clipboard = z.enum(["none", "in", "out", "both"]);
export type Clipboard = z.infer<typeof Clipboard>;

/** Devices of the host that programs may use on request. */
export const Device = z.enum(["gpu", "sound", "camera"]);
export type Device = z.infer<typeof Device>;

/** Promises that not every machine can keep. */
export const AcceptedPromise = z.enum(["memory", "processes", "display", "devices", "ports", "floor"]);
export type AcceptedPromise = z.infer<typeof AcceptedPromise>;

/** Why a session stands still until somebody decides. Sizes are bytes. */
export const Frozen = z.object({
  why: z.enum(["quota", "disk"]),
  used: Size, // what its changes hold
  limit: Size, // what they may hold, or what must stay free
  free: Size.optional(), // with `disk`: what is free, and where
  inodes: Size.optional(), // instead of `free`, when those run out: how many are free; `limit` counts inodes then
  place: z.string().optional(),
  since: z.string(),
});
export type Frozen = z.infer<typeof Frozen>;

/**
 * A limit that a running session is near to, or that it has run into (`hits` times: programs that were ended for want of memory,
 * processes that could not be made), which stays told. Sizes are bytes.
 */
export const Near = z.object({
  what: z.enum(["quota", "disk", "inodes", "memory", "processes"]),
  used: Size, // when it came near; of a disk what was free
  limit: Size, // of a disk what must stay free
  place: z.string().optional(), // which disk
  hits: z.number().int().min(1).optional(),
  since: z.string(),
});
export type Near = z.infer<typeof Near>;

/**
 * What a person should hear of while a session runs: the first thing that a program of it was refused. The command line does not
 * tell it. `detail` and `program` come from hostile programs.
 */
export const Alerts = z.object({
  refused: z
    .object({
      what: z.enum(["network", "mount", "hidden-place", "set-id"]),
      detail: z.string().optional(),
      program: z.string().optional(),
    })
    .optional(),
});
export type Alerts = z.infer<typeof Alerts>;

/** What a session is allowed, and what is recorded of it: chosen when it begins. */
export const Policy = z.object({
  reads: Reads,
  /** The session whose command this one runs once more. */
  retry_of: z.string().optional(),
  /** Places of the host that it does not see. */
  hide: z.array(PathRef).optional(),
  /** Usual places of secrets that it sees all the same. */
  show: z.array(PathRef).optional(),
  /** Places that it does not see besides those of its store's list, whether they are there or not. */
  always: z.array(z.string()).optional(),
  /** All that it does not see, found when it began. In a request this does not count. */
  hidden: z.array(PathRef).optional(),
  /** The most bytes that its changes may hold before it is frozen. */
  quota: Size.optional(),
  /** How many bytes must stay free on each disk, else it is frozen; the usual when left out. */
  floor: Size.optional(),
  /** The most processes and threads, and bytes of memory; the usual when left out. */
  processes: Size.optional(),
  memory: Size.optional(),
  /** What its programs can show windows on; nothing when left out. */
  display: Display.optional(),
  clipboard: Clipboard.optional(),
  devices: z.array(Device).optional(),
  /** What this machine need not keep in full, though it was asked for. */
  accept: z.array(AcceptedPromise).optional(),
  net: Net,
  /** Whether the network reaches private addresses and the host's other ones. */
  lan: z.boolean(),
  redirect: z.array(Redirect),
  connect: z.array(Reroute),
});
export type Policy = z.infer<typeof Policy>;

/** Times are RFC 3339, UTC. `exit_status` is the program's, 128+signal when a signal ended it. */
export const Session = z.object({
  id: z.string().min(1),
  name: z.string().nullable(),
  state: SessionState,
  command: z.array(z.string()).min(1),
  cwd: z.string(),
  mode: Mode,
  created: z.string(),
  ended: z.string().optional(),
  exit_status: z.number().int().optional(),
  /** Why it is broken, or ended as it did: in the words of the command line, and as data. A session of before has only words. */
  why: z.string().optional(),
  cause: SessionCause.optional(),
  limits: z.array(Limit).optional(),
  policy: Policy,
  frozen: Frozen.optional(),
  near: z.array(Near).optional(),
  alerts: Alerts.optional(),
  /** What was committed of it has been undone. */
  undone: z.boolean().optional(),
  /** It has ended and left everything as it was, as far as that is seen at once. The command line does not tell it. */
  unchanged: z.boolean().optional(),
});
export type Session = z.infer<typeof Session>;

/**
 * `env` adds to the helper's environment. Where pkexec has taken the person's away it is the whole one of the person's program;
 * another user's gets of it what tells of terminal, language and display.
 */
export const RunRequest = z.object({
  command: z.array(z.string()).min(1),
  cwd: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  name: z.string().min(1).optional(),
  as: z.string().min(1).optional(),
  rows: z.number().int().min(1).max(10_000).optional(),
  cols: z.number().int().min(1).max(10_000).optional(),
  /** What is left out has its default. */
  policy: Policy.partial().optional(),
});
export type RunRequest = z.infer<typeof RunRequest>;

/** A program on a terminal that was started in a session beside its own one, or after it, and still runs. */
export const OtherTerminal = z.object({
  /** By it its terminal is attached to. */
  number: z.number().int().min(0),
  command: z.array(z.string()).min(1),
});
export type OtherTerminal = z.infer<typeof OtherTerminal>;

/** The fewest processes that a session can live with. */
export const FEWEST_PROCESSES = 8;

/** What a session shall be allowed no longer; what is left out stays. */
export const Tightening = z.object({
  net: Net.optional(),
  lan: z.boolean().optional(),
  clipboard: z.boolean().optional(),
  quota: Size.optional(),
  floor: Size.optional(),
  processes: Size.optional(),
  memory: Size.optional(),
});
export type Tightening = z.infer<typeof Tightening>;

/** The places that every session finds empty. */
export const Places = z.object({ places: z.array(z.string()) });
