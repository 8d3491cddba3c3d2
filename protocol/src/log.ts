// The record of a session: what its programs tried, and what became of it.
//
// Names, arguments and places come from hostile programs: they are to be escaped. `…_bytes` are there exactly when the text
// lost something, and are base64.
import { z } from "zod";

/** A program that was started: its number in this session's record. */
export const ProgramId = z.number().int().min(0).max(0xffff_ffff);

/** A place in a session's record: where one answer ended and the next begins. */
export const LogPlace = z.number().int().min(0);

const End = z.object({ id: ProgramId, time: z.string() });

/**
 * How a program ended: by itself, by a signal (which is not always known), by becoming another program, by not starting
 * after all, or with its session.
 */
export const ProgramEnd = z.discriminatedUnion("end", [
  End.extend({ end: z.literal("exited"), status: z.number().int().min(0).max(255) }),
  End.extend({ end: z.literal("killed"), signal: z.number().int().min(1).max(127).optional() }),
  End.extend({ end: z.literal("replaced") }),
  End.extend({ end: z.literal("failed") }),
  End.extend({ end: z.literal("session") }),
]);
export type ProgramEnd = z.infer<typeof ProgramEnd>;

/**
 * A process became a program: of a script `program` is the script. `parent` is what its process was before, or what made its
 * process; `pid` is its process, as seen inside. `args` begin with the name that it was given; `cut` says that there were
 * more, or longer ones. `ended` is there when this answer knows it.
 */
export const ProgramRun = z.object({
  id: ProgramId,
  parent: ProgramId.optional(),
  pid: z.number().int().min(1).optional(),
  time: z.string(),
  program: z.string(),
  program_bytes: z.base64().optional(),
  args: z.array(z.string()),
  /** All of them, each ended by a NUL. */
  args_bytes: z.base64().optional(),
  cut: z.literal(true).optional(),
  cwd: z.string().optional(),
  ended: ProgramEnd.optional(),
});
export type ProgramRun = z.infer<typeof ProgramRun>;

/**
 * Something that a wall kept from a program; equal ones are told once, by the first. `detail` names the place, the
 * call, the family of sockets or the limit. What concerns the whole session (`disk`: it was frozen at a limit; `memory` and `processes`: it ran out of them) has no program.
 */
export const RefusedAction = z.object({
  time: z.string(),
  what: z.enum([
    "mount",
    "hidden-place",
    "set-id",
    "disk",
    "memory",
    "processes",
    "kernel-call",
    "socket-family",
    "device",
    "host-socket",
  ]),
  detail: z.string().optional(),
  program: z.string().optional(),
  program_id: ProgramId.optional(),
});
export type RefusedAction = z.infer<typeof RefusedAction>;

/**
 * One try with the network; equal ones are told once, by the first. For `bind` the address is where it served.
 * `verdict` is the policy's: it stayed inside, could leave, could not, or went `instead` to another place.
 */
export const NetworkTry = z.object({
  time: z.string(),
  action: z.enum(["bind", "connect", "send"]),
  protocol: z.enum(["tcp", "udp", "other"]),
  address: z.string(),
  port: z.number().int().min(0).max(65535),
  verdict: z.enum(["local", "allowed", "refused", "redirected"]),
  instead: z.string().optional(),
  program: z.string(),
  program_id: ProgramId.optional(),
});
export type NetworkTry = z.infer<typeof NetworkTry>;

const Count = z.number().int().min(0);

/**
 * The record from a place on: from its beginning, or from the `next` of an earlier answer. `ended` has the ends of programs
 * that an earlier answer told of. `dropped` counts what is not kept for want of room, of each kind (while the session runs it
 * may be up to twice as many); 0 when this answer has no news of it. `complete` is false when something of this part is missing.
 */
export const SessionLog = z.object({
  programs: z.array(ProgramRun),
  ended: z.array(ProgramEnd),
  network: z.array(NetworkTry),
  refused: z.array(RefusedAction),
  dropped: z.object({ programs: Count, network: Count, refused: Count, tried: Count }),
  complete: z.boolean(),
  next: LogPlace,
});
export type SessionLog = z.infer<typeof SessionLog>;
