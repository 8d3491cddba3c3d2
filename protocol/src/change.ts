// A change: one difference between the SEE's view and the host. Also the live feed of them.
import { z } from "zod";
import { SeeError } from "./errors.js";
import { LogPlace } from "./log.js";
import { PathRef } from "./path.js";

export const ChangeKind = z.enum(["created", "modified", "deleted", "renamed", "replaced", "linked"]);
export type ChangeKind = z.infer<typeof ChangeKind>;

export const Aspect = z.enum(["content", "mode", "owner", "xattrs", "times"]);
export type Aspect = z.infer<typeof Aspect>;

export const FileType = z.enum(["file", "directory", "symlink", "fifo", "socket", "device"]);
export type FileType = z.infer<typeof FileType>;

/**
 * Sizes are bytes. `mode` holds the permission bits, set-id and sticky bits included (0o7777).
 * For a deletion, type, mode, owner and `size_before` tell what the host has; `size` is 0.
 * `from` is where a renamed object was, or which path a new hard link shares its inode with.
 * `program` is the file of the program that last had a hand in it (of a script the script), as text that is to be escaped;
 * without it nobody knows. `privileged`: its file gives whoever starts it capabilities. `program_id` is that run's number in the session's record (`log.ts`), where it was recorded.
 */
export const Change = PathRef.extend({
  change: ChangeKind,
  aspects: z.array(Aspect),
  type: FileType,
  from: z.string().optional(),
  from_bytes: z.base64().optional(),
  size: z.number().int().min(0),
  size_before: z.number().int().min(0).optional(),
  mode: z.number().int().min(0).max(0o7777),
  uid: z.number().int().min(0),
  gid: z.number().int().min(0),
  privileged: z.boolean().optional(),
  program: z.string().optional(),
  program_id: z.number().int().min(0).max(0xffff_ffff).optional(),
});
export type Change = z.infer<typeof Change>;

/** Counts by kind; `bytes` is the size of all content that a whole commit would bring to the host. */
export const Summary = z.object({
  created: z.number().int().min(0),
  modified: z.number().int().min(0),
  deleted: z.number().int().min(0),
  renamed: z.number().int().min(0),
  replaced: z.number().int().min(0),
  linked: z.number().int().min(0),
  bytes: z.number().int().min(0),
});
export type Summary = z.infer<typeof Summary>;

/**
 * Many rows at once, for receivers that make no object of each. `walk` holds tokens with `/` between them: a name with an
 * empty token after it leads into that folder, `..` leads out, and any other name is a row, in the folder where the walk
 * stands; it begins at the root. The other texts are columns, a word for each row with spaces between: `word*3` is thrice
 * the same. `kinds` are letters (A created, M modified, D deleted, R renamed, T replaced, L linked); `aspects` are names
 * with `+` between, or `-`; `sizes` are those of now, for a deletion of before; `by` counts into `programs`, or is `-`.
 */
export const FeedWalk = z.object({
  event: z.literal("walk"),
  watch: z.number().int(),
  count: z.number().int().min(0),
  walk: z.string(),
  kinds: z.string(),
  aspects: z.string(),
  types: z.string(),
  sizes: z.string(),
  modes: z.string(),
  by: z.string(),
  programs: z.array(
    z.object({ program: z.string(), program_id: z.number().int().min(0).max(0xffff_ffff).optional() }),
  ),
});
export type FeedWalk = z.infer<typeof FeedWalk>;

/**
 * One step of a watched session's change feed. `reset` empties the receiver's list (at the start, and
 * again when the feed fell behind); `rows` adds or replaces by path, and so does `walk`: a row that comes again
 * as it was says that what it is of was written since; `gone` removes by path; `settled`
 * says that all sent so far is one consistent picture, and whether programs still run in the SEE; `record` says that the
 * session's record has grown, to `next` as `sessions.log` counts; `failed`
 * ends the feed: what was sent may be true no longer.
 */
export const FeedEvent = z.discriminatedUnion("event", [
  z.object({ event: z.literal("reset"), watch: z.number().int() }),
  z.object({ event: z.literal("rows"), watch: z.number().int(), rows: z.array(Change) }),
  FeedWalk,
  z.object({ event: z.literal("gone"), watch: z.number().int(), paths: z.array(PathRef) }),
  z.object({
    event: z.literal("settled"),
    watch: z.number().int(),
    revision: z.number().int().min(0),
    total: z.number().int().min(0),
    summary: Summary,
    live: z.boolean(),
    /** Directories whose entries are not all told: some of them, and how many more there are. */
    unlisted: z.array(PathRef).optional(),
    unlisted_more: z.number().int().min(0).optional(),
  }),
  z.object({ event: z.literal("record"), watch: z.number().int(), next: LogPlace }),
  z.object({ event: z.literal("failed"), watch: z.number().int(), error: SeeError }),
]);
export type FeedEvent = z.infer<typeof FeedEvent>;
