// What a session is called, what its state means, and how sessions are grouped. Pure.
import type { SessionCause } from "../../../protocol/src/cause.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Frozen, Session } from "../../../protocol/src/session.js";
import { escapeText } from "../../ui/escape.js";
import {
  ENDS,
  FROZEN,
  NOT_STARTED_WORDS,
  STATE_WORDS,
  UNCHANGED_WORDS,
  UNDONE_WORDS,
} from "../../../texts/sessions.js";
import { formatAgo, formatBytes, formatClock, formatStart } from "../../../texts/format.js";
import { sessionTitle } from "../../../texts/titles.js";

/** Returns the words for how a session stands. */
export function stateWords(session: Session): { short: string; long: string } {
  if (session.frozen !== undefined) return FROZEN.words;
  if (session.undone === true) return UNDONE_WORDS;
  if (session.unchanged === true) return UNCHANGED_WORDS;
  return hasNotStarted(session) ? NOT_STARTED_WORDS : STATE_WORDS[session.state];
}

/** Returns the sign of a session that nothing runs in any more; undefined where a dot tells its state. */
export function stateSign(session: Session): "check" | "undo" | "abort" | "alert" | undefined {
  if (session.undone === true) return "undo";
  if (hasNotStarted(session) || session.state === "broken") return "alert";
  if (session.state === "committed") return "check";
  return session.state === "aborted" ? "abort" : undefined;
}

/** Returns why a session stands still. */
export function frozenWords(frozen: Frozen): string {
  const limit = formatBytes(frozen.limit);
  if (frozen.why === "quota") return FROZEN.quota(formatBytes(frozen.used), limit);
  const place = escapeText(frozen.place ?? FROZEN.somePlace);
  if (frozen.inodes !== undefined) return FROZEN.files(frozen.inodes, place, frozen.limit);
  return FROZEN.disk(formatBytes(frozen.free ?? 0), place, limit);
}

/** Tells whether its program could not even be started: then the helper says why, and nothing was thrown away. */
export function hasNotStarted({ state, why, cause, exit_status: status }: Session): boolean {
  if (state !== "aborted" || status !== undefined) return false;
  // Sessions of versions before tell it in words alone.
  return cause === undefined ? why !== undefined : cause.what === "failed" || cause.what === "killed-early";
}

/** Tells whether programs may still run in the session. */
export function isLive(session: Session): boolean {
  return session.state === "starting" || session.state === "running";
}

/** Tells whether the session still holds changes that can be reviewed. */
export function isOpen(session: Session): boolean {
  return isLive(session) || session.state === "finished" || session.state === "committing";
}

/** Tells whether it was decided what becomes of the session. */
export function isDecided(session: Session | undefined): boolean {
  return session?.state === "committed" || session?.state === "aborted";
}

/** Tells whether the session can be committed or aborted now. */
export function canDecide(session: Session): boolean {
  return session.state === "running" || session.state === "finished";
}

/** Tells whether the kernel ended its program because the session had no memory left. */
function isOutOfMemory({ exit_status: status, near = [] }: Session): boolean {
  return status === 128 + 9 && near.some(({ what, hits }) => what === "memory" && hits !== undefined);
}

/** Tells whether its program ended as no person wanted: neither well nor because somebody stopped it. */
export function hasFailed({ exit_status: status, cause }: Session): boolean {
  if (cause?.what === "unheeded") return false;
  if (cause !== undefined && isHow(cause.what)) return true;
  return status !== undefined && status !== 0 && !STOPS.has(status);
}

/** Ctrl-C, and the signal that Stop sends. */
const STOPS: ReadonlySet<number> = new Set([128 + 2, 128 + 15]);

/** Returns how the program ended, in words; undefined while it runs or when nobody saw its end. */
export function endWords(session: Session): string | undefined {
  const { exit_status: status, cause } = session;
  if (session.state === "finished" && cause !== undefined && isHow(cause.what)) return ENDS[cause.what];
  if (status === undefined || isLive(session)) return undefined;
  if (status === 0) return ENDS.well;
  if (isOutOfMemory(session)) return ENDS.memory;
  return status > 128 && status < 193 ? ENDS.signal(status - 128) : ENDS.status(status);
}

/** Whether a cause tells how a program ended. */
function isHow(what: SessionCause["what"]): what is "overrun" | "unheeded" | "killed" {
  return what === "overrun" || what === "unheeded" || what === "killed";
}

export interface SessionGroups {
  running: Session[];
  waiting: Session[];
  done: Session[];
}

/** Returns the sessions by what they ask of a person, the newest first in each group; of what is done without what was cleared. */
export function groupSessions(sessions: readonly Session[], cleared: readonly string[] = []): SessionGroups {
  const groups: SessionGroups = { running: [], waiting: [], done: [] };
  const gone = new Set(cleared);
  for (const session of [...sessions].sort((a, b) => b.created.localeCompare(a.created))) {
    // What stands still waits for a person, though its programs are there.
    if (session.frozen !== undefined) groups.waiting.push(session);
    else if (isLive(session)) groups.running.push(session);
    else if (isOpen(session) && session.unchanged !== true) groups.waiting.push(session);
    else if (!gone.has(session.id)) groups.done.push(session);
  }
  return groups;
}

/** Returns when each session began whose title others have, too, by their ids, as it is told today: that tells them apart. */
export function twinMarks(sessions: readonly Session[], today: Date): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const title of sessions.map(sessionTitle)) counts.set(title, (counts.get(title) ?? 0) + 1);
  const twins = sessions.filter((session) => (counts.get(sessionTitle(session)) ?? 0) > 1);
  return new Map(twins.map(({ id, created }) => [id, formatStart(created, today)]));
}

/** Tells whether its first program runs just now: when another one that runs in it began, nobody says. */
export function isTicking(session: Session): boolean {
  return isLive(session) && session.frozen === undefined && session.ended === undefined;
}

/** Returns a running session's clock, or how long ago another one was made. */
export function sessionAge(session: Session, now: number): string {
  if (isTicking(session)) return formatClock(now - Date.parse(session.created));
  return formatAgo(session.ended ?? session.created, now);
}

/**
 * Returns the list with what a request's answer says of one session. An answer whose list was told anew while it was
 * under way may be older than the list, and counts only where the list does not know the session yet; when it is the
 * newer one, the helper tells the list once more.
 */
export function withAnswer(
  sessions: readonly Session[],
  answer: Session,
  toldMeanwhile: boolean,
): readonly Session[] {
  const others = sessions.filter((session) => session.id !== answer.id);
  return toldMeanwhile && others.length < sessions.length ? sessions : [answer, ...others];
}

/** The error of a commit that was cut off and cannot be settled yet: the helper tells why with its session. */
export function whatItWaitsFor({ state, why, cause }: Session): SeeError | undefined {
  if (state !== "committing" || why === undefined) return undefined;
  const error = cause?.what === "commit-waits" ? cause.error : undefined;
  const facts = error && { cause: error.code, ...(error.reason && { cause_reason: error.reason }) };
  return { code: "recovery-needed", message: why, hint: "", ...(facts && { facts }) };
}
