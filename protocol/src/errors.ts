// Every error that can cross a process boundary, as data. Presenters match on `code`, never on text.
import { z } from "zod";
import { PathRef } from "./path.js";

export const ErrorCode = z.enum([
  // the request
  "bad-request",
  "unknown-method",
  "protocol-mismatch",
  "cancelled",
  // sessions
  "no-such-session",
  "ambiguous-session",
  "name-taken",
  "wrong-state",
  "session-busy",
  // making and entering a SEE
  "command-not-found",
  "command-not-executable",
  "scanner-failed",
  "no-such-user",
  "no-user-namespaces",
  "cannot-isolate",
  // the store
  "store-unusable",
  "store-too-new",
  // changes and commit
  "no-such-change",
  "conflicts",
  "selection-needs",
  "no-such-commit",
  "not-undoable",
  "rolled-back",
  "recovery-needed",
  // the machine
  "disk-full",
  "read-only-target",
  "permission-denied",
  "io",
  // the app's own: the helper process went away or could not be started
  "helper-gone",
  // a bug: always worth a report
  "internal",
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** What exactly it was, where a code alone leaves a person without an answer. */
export const ErrorReason = z.enum([
  "bad-name",
  "bad-pattern",
  "many-patterns",
  "bad-place",
  "many-places",
  "nothing-to-hide",
  "part-of-hidden",
  "several-hidden",
  "unknown-host",
  "few-processes",
  "small-quota",
  "no-directory",
  "no-interpreter",
  "is-directory",
  "not-marked",
  "nothing-chosen",
  "nothing-taken-back",
  "not-mergeable",
  "unlisted-names",
  "long-note",
  "many-notes",
  "edited-elsewhere",
  "several-names",
  "no-own-file",
  "many-watches",
  "tool-missing",
  "tunnel-missing",
  "no-network",
  "no-redirection",
  "no-display",
  "no-device",
  "no-limit",
  "no-clipboard",
  "port-taken",
  "low-port",
  "no-address",
  "no-port",
  "two-servers",
  "little-room",
  "little-memory",
  "never-hidden",
  "never-more",
  "fixed-limit",
  "used-already",
  "no-record",
  "no-processes",
  "moved-hidden",
  "only-root",
  "immutable",
  "frozen",
  "held-up",
  "nothing-runs",
  "changed-since",
  "mount-gone",
  "host-changed",
  "host-writes",
  "merged-before",
  "no-scanner",
]);
export type ErrorReason = z.infer<typeof ErrorReason>;

export const ConflictReason = z.enum([
  "read-then-changed",
  "name-appeared",
  "name-vanished",
  "write-then-changed",
  "type-changed",
  "in-use",
]);
export type ConflictReason = z.infer<typeof ConflictReason>;

export const Resolution = z.enum(["skip", "overwrite", "both", "merge"]);
export type Resolution = z.infer<typeof Resolution>;

/** How a file that both sides changed can be merged: both only appended, no line is contested, or a person decides. */
export const MergeKind = z.enum(["append", "clean", "by-hand"]);
export type MergeKind = z.infer<typeof MergeKind>;

/**
 * A path where the criterion does not hold. Times are RFC 3339, UTC. `merge` is there when the file can be merged;
 * with "by-hand" only with a text that a person made, so that "merge" is not among the choices.
 * `only_read`: the session changed nothing here, but what it changed may rest on it; "skip" is to commit all the same.
 * `listing`: a directory that the session listed; a name appeared in it or vanished from it.
 */
export const Conflict = PathRef.extend({
  reason: ConflictReason,
  first_seen: z.string().optional(),
  host_changed: z.string().optional(),
  choices: z.array(Resolution),
  merge: MergeKind.optional(),
  only_read: z.boolean().optional(),
  listing: z.boolean().optional(),
});
export type Conflict = z.infer<typeof Conflict>;

/** `path` is part of the selection and means nothing without `needs`, which was left out. */
export const Need = PathRef.extend({ needs: PathRef });
export type Need = z.infer<typeof Need>;

/**
 * What went wrong, for a program (`code`, `reason`, `facts`) and for a person (`message`, `hint`). `own`: the app made it, and its
 * words are for the window; the helper's are for its command line.
 */
export const SeeError = z.object({
  code: ErrorCode,
  message: z.string(),
  hint: z.string(),
  reason: ErrorReason.optional(),
  own: z.literal(true).optional(),
  path: z.string().optional(),
  path_bytes: z.base64().optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  conflicts: z.array(Conflict).optional(),
  needs: z.array(Need).optional(),
});
export type SeeError = z.infer<typeof SeeError>;
