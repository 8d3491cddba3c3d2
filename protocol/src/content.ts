// One changed object, looked at closely: facts of both sides, and its bytes in slices.
import { z } from "zod";
import { FileType } from "./change.js";

export const Side = z.enum(["before", "after"]);
export type Side = z.infer<typeof Side>;

/** Whose content: a side of a change, what the host has at that very path now, or what it was before the session. */
export const AnySide = z.enum(["before", "after", "now", "base"]);
export type AnySide = z.infer<typeof AnySide>;

/** How the content can be shown, judged from its first 64 KiB. */
export const ContentKind = z.enum(["text", "image", "binary", "empty", "none"]);
export type ContentKind = z.infer<typeof ContentKind>;

/** Facts of one side of a change. Absent owner names mean that the id has no name on the host. */
export const SideFacts = z.object({
  type: FileType,
  size: z.number().int().min(0),
  mode: z.number().int().min(0).max(0o7777),
  uid: z.number().int().min(0),
  gid: z.number().int().min(0),
  user: z.string().optional(),
  group: z.string().optional(),
  mtime: z.string(),
  links: z.number().int().min(0),
  target: z.string().optional(),
  xattrs: z.array(z.object({ name: z.string(), value: z.base64() })),
  content: ContentKind,
  mime: z.string().optional(),
});
export type SideFacts = z.infer<typeof SideFacts>;

export const Description = z.object({ before: SideFacts.optional(), after: SideFacts.optional() });
export type Description = z.infer<typeof Description>;

/**
 * The versions of a path that is contested, as far as there are any: what it was before the session changed it (`kept`:
 * its content is known too), what the host has there now, and what the session made of it.
 */
export const Versions = z.object({
  base: z.object({ size: z.number().int().min(0), mtime: z.string(), kept: z.boolean() }).optional(),
  now: SideFacts.optional(),
  session: SideFacts.optional(),
});
export type Versions = z.infer<typeof Versions>;

/**
 * The versions of a path that an undo asks about, as far as there are any: what it was before the commit, what the
 * commit left (its content is not kept), what the host has there now.
 */
export const UndoVersions = z.object({
  before: SideFacts.optional(),
  committed: z.object({ type: FileType, size: z.number().int().min(0), mtime: z.string() }).optional(),
  now: SideFacts.optional(),
});
export type UndoVersions = z.infer<typeof UndoVersions>;

/** Whose content, of a commit that is to be taken back. */
export const UndoSide = z.enum(["before", "now"]);
export type UndoSide = z.infer<typeof UndoSide>;

/** A slice of content. `size` is the object's whole size now; `eof` says the slice reaches its end. */
export const Slice = z.object({
  data: z.base64(),
  size: z.number().int().min(0),
  eof: z.boolean(),
});
export type Slice = z.infer<typeof Slice>;
/** The most bytes that one content request returns. */
export const SLICE_LIMIT = 4 * 1024 * 1024;
