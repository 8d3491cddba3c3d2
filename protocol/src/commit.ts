// Check, commit, undo and history: what crosses the wire when a decision is made.
import { z } from "zod";
import { PathRef } from "./path.js";
import { Conflict, MergeKind, Resolution, SeeError } from "./errors.js";
import { Change, ChangeKind, FileType, Summary } from "./change.js";
import { Reads } from "./session.js";

/** Why less was recorded of what a session looked at than there was. */
export const MissingReads = z.enum(["cut-off", "too-many", "blind"]);
export type MissingReads = z.infer<typeof MissingReads>;

/**
 * A file of the host that changes under other names, too, because a commit changes the file itself: `names` are some of them, and
 * `more` how many there are besides.
 */
export const SharedFile = PathRef.extend({
  names: z.array(PathRef).optional(),
  more: z.number().int().min(0).optional(),
});
export type SharedFile = z.infer<typeof SharedFile>;

/**
 * What a commit would meet. `joined`: files that it joins by itself, because host and session both only appended to
 * them. `ignored`: what the ignore list leaves out. Both are left out when there are none, and cut when there are many.
 * `tracking`: how much of what the session looked at was recorded; `missing`: why that is not all.
 */
export const CheckResult = z.object({
  consistent: z.boolean(),
  conflicts: z.array(Conflict),
  joined: z.array(PathRef).optional(),
  ignored: z.array(PathRef).optional(),
  /** How many more of each there are than are told: a message holds only so many, and only so many bytes of them. */
  conflicts_more: z.number().int().min(0).optional(),
  joined_more: z.number().int().min(0).optional(),
  ignored_more: z.number().int().min(0).optional(),
  other_names: z.array(SharedFile).optional(),
  other_names_more: z.number().int().min(0).optional(),
  tracking: Reads.optional(),
  missing: MissingReads.optional(),
  /** All changes of the session as the check found them, whatever was chosen: a list that tells others is old. */
  summary: Summary.optional(),
  /** Of which state of the session's changes this is: `CommitRequest.stamp`. */
  stamp: z.string().optional(),
});
export type CheckResult = z.infer<typeof CheckResult>;

/**
 * How one conflict is resolved. `merged` goes with "merge" when a person made the text; `stamp` names the state of the
 * host's file that it was made of (`MergePreview`), and the commit is refused when that has passed.
 */
export const ResolveItem = PathRef.extend({
  choice: Resolution,
  merged: z.object({ stamp: z.string(), content: z.string() }).optional(),
});
export type ResolveItem = z.infer<typeof ResolveItem>;

/**
 * What to commit. With `only`, just those paths and what lies below them; `skip` then leaves paths out.
 * Neither: everything. What fits a pattern of `ignore` stays behind as well (of the saved list, when it is left out),
 * but for what lies at and below `include` and what `only` names itself. With `stamp`, which a check has told, only when
 * the session's changes are the same still: else "wrong-state", with the fact `stamp`.
 */
export const CommitRequest = z.object({
  session: z.string().min(1),
  only: z.array(PathRef).optional(),
  skip: z.array(PathRef).optional(),
  resolve: z.array(ResolveItem).optional(),
  ignore: z.array(z.string()).optional(),
  include: z.array(PathRef).optional(),
  dry_run: z.boolean().optional(),
  stamp: z.string().optional(),
});
export type CommitRequest = z.infer<typeof CommitRequest>;

/** `applied` and `skipped` count changes. A dry run has the id "dry-run" and applied nothing yet. */
export const CommitResult = z.object({
  commit: z.string(),
  session: z.string(),
  applied: z.number().int().min(0),
  skipped: z.number().int().min(0),
  joined: z.array(PathRef).optional(),
  ignored: z.array(PathRef).optional(),
  /** Where a look at the host afterwards found something else than what was committed. */
  differing: z.array(PathRef).optional(),
  /** How many more of each there were than are told. */
  joined_more: z.number().int().min(0).optional(),
  ignored_more: z.number().int().min(0).optional(),
  differing_more: z.number().int().min(0).optional(),
  other_names: z.array(SharedFile).optional(),
  other_names_more: z.number().int().min(0).optional(),
  /** Older commits whose backups went, so that all together stay within the limit. */
  dropped: z.array(z.string()).optional(),
});
export type CommitResult = z.infer<typeof CommitResult>;

export const DiscardResult = z.object({
  session: z.string(),
  discarded: z.number().int().min(0),
  /** Of a dry run: of which state of the session's changes this is. */
  stamp: z.string().optional(),
});
export type DiscardResult = z.infer<typeof DiscardResult>;

/** What an undo did. `skipped`: what it left as it is, because that was chosen. */
export const UndoResult = z.object({
  commit: z.string(),
  undid: z.string(),
  applied: z.number().int().min(0),
  skipped: z.number().int().min(0).optional(),
  /** Older commits whose backups went, so that all together stay within the limit. */
  dropped: z.array(z.string()).optional(),
});
export type UndoResult = z.infer<typeof UndoResult>;

/** One stretch of a merged text: what it was, and what each side made of it. */
export const MergeHunk = z.discriminatedUnion("what", [
  z.object({ what: z.literal("same"), text: z.string() }),
  z.object({ what: z.literal("host"), base: z.string(), host: z.string() }),
  z.object({ what: z.literal("session"), base: z.string(), session: z.string() }),
  z.object({ what: z.literal("both"), base: z.string(), text: z.string() }),
  z.object({ what: z.literal("conflict"), base: z.string(), host: z.string(), session: z.string() }),
]);
export type MergeHunk = z.infer<typeof MergeHunk>;

/**
 * What a merge would make of a file. With "append" the hunks are only its end, for looking; `omitted` counts the bytes
 * before them.
 */
export const MergePreview = z.object({
  how: MergeKind,
  stamp: z.string(),
  hunks: z.array(MergeHunk),
  omitted: z.number().int().min(0),
});
export type MergePreview = z.infer<typeof MergePreview>;

/** The ignore list: a pattern without "/" is of a name anywhere, one with "/" of a whole path. */
export const Patterns = z.object({ patterns: z.array(z.string()) });

export const Difference = z.enum(["kind", "type", "content", "mode", "owner", "xattrs"]);
export type Difference = z.infer<typeof Difference>;

/** How the changes of two sessions relate. `cut` counts the paths that are not told because there are too many. */
export const Comparison = z.object({
  same: z.number().int().min(0),
  first: z.array(PathRef),
  second: z.array(PathRef),
  differing: z.array(PathRef.extend({ differences: z.array(Difference) })),
  cut: z.number().int().min(0),
});
export type Comparison = z.infer<typeof Comparison>;

/** One commit of the past. `undid` names the commit that this one took back. */
export const CommitRecord = z.object({
  id: z.string(),
  session: z.string(),
  time: z.string(),
  command: z.array(z.string()),
  applied: z.number().int().min(0),
  undoable: z.boolean(),
  /** Bytes that its backup takes up, when it keeps one. */
  backup: z.number().int().min(0).optional(),
  undid: z.string().optional(),
  /** What was noted on its session, and how many notes there are on changes of it. */
  note: z.string().optional(),
  notes: z.number().int().min(1).optional(),
  undone_by: z.string().optional(),
  /** What its undo, which was cut off, waits for: in the words of the command line, and as data. */
  waits: z.string().optional(),
  waits_for: SeeError.optional(),
});
export type CommitRecord = z.infer<typeof CommitRecord>;

/**
 * What a commit did: the counts of all, and the paths that it changed, cut when they are many (`more`). What came or went
 * with a folder is counted in its `holds`, and in the counts.
 */
export const Deeds = z.object({
  counts: Summary.omit({ bytes: true }),
  changes: z.array(
    PathRef.extend({
      change: ChangeKind,
      type: FileType,
      from: z.string().optional(),
      from_bytes: z.base64().optional(),
      holds: z.number().int().min(0).optional(),
    }),
  ),
  more: z.number().int().min(0).optional(),
});
export type Deeds = z.infer<typeof Deeds>;

/** The commits of the past, and how many bytes their backups may take up together; null: no limit. */
export const History = z.object({
  commits: z.array(CommitRecord),
  limit: z.number().int().min(0).nullable(),
});
export type History = z.infer<typeof History>;

export const ChangesResult = z.object({
  session: z.object({
    id: z.string(),
    name: z.string().nullable(),
    state: z.string(),
    command: z.array(z.string()),
    mode: z.string(),
    created: z.string(),
  }),
  changes: z.array(Change),
  summary: Summary,
});
export type ChangesResult = z.infer<typeof ChangesResult>;

/** Returns the newest commit that can be taken back and took nothing back itself. */
export function lastOf(commits: readonly CommitRecord[]): CommitRecord | undefined {
  return commits
    .filter((each) => each.undoable && each.undid === undefined && each.waits === undefined)
    .toSorted((a, b) => b.time.localeCompare(a.time))[0];
}
