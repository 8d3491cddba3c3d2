// Check, commit, undo and history: what crosses the wire when a decision is made.
import { z } from "zod";
import { PathRef } from "./path.js";
import { Conflict, Resolution } from "./errors.js";
import { Change, Summary } from "./change.js";

export const CheckResult = z.object({ consistent: z.boolean(), conflicts: z.array(Conflict) });
export type CheckResult = z.infer<typeof CheckResult>;

/**
 * What to commit. With `only`, just those paths and what lies below them; `skip` then leaves paths out.
 * Neither: everything.
 */
export const CommitRequest = z.object({
  session: z.string().min(1),
  only: z.array(PathRef).optional(),
  skip: z.array(PathRef).optional(),
  resolve: z.array(PathRef.extend({ choice: Resolution })).optional(),
  dry_run: z.boolean().optional(),
});
export type CommitRequest = z.infer<typeof CommitRequest>;

/** `applied` and `skipped` count changes. A dry run has the id "dry-run" and applied nothing yet. */
export const CommitResult = z.object({
  commit: z.string(),
  session: z.string(),
  applied: z.number().int().min(0),
  skipped: z.number().int().min(0),
});
export type CommitResult = z.infer<typeof CommitResult>;

export const UndoResult = z.object({
  commit: z.string(),
  undid: z.string(),
  applied: z.number().int().min(0),
});
export type UndoResult = z.infer<typeof UndoResult>;

/** One commit of the past. `undid` names the commit that this one took back. */
export const CommitRecord = z.object({
  id: z.string(),
  session: z.string(),
  time: z.string(),
  command: z.array(z.string()),
  applied: z.number().int().min(0),
  undoable: z.boolean(),
  undid: z.string().optional(),
  undone_by: z.string().optional(),
});
export type CommitRecord = z.infer<typeof CommitRecord>;

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
