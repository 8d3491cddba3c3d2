// The contract between app and helper: JSON-RPC 2.0, one message a line, over the helper's stdio.
// Each side parses what it receives with these schemas; the golden examples are read by both languages.
import { z } from "zod";
import {
  CheckResult,
  CommitRequest,
  CommitResult,
  Comparison,
  Deeds,
  History,
  MergePreview,
  Patterns,
  DiscardResult,
  ResolveItem,
  UndoResult,
} from "./commit.js";
import { AnySide, Description, Slice, SLICE_LIMIT, UndoSide, UndoVersions, Versions } from "./content.js";
import { Edit, NoteRequest, Notes, Viruses } from "./desk.js";
import { DoctorRow } from "./doctor.js";
import { FeedEvent } from "./change.js";
import { LogPlace, SessionLog } from "./log.js";
import { Origins } from "./origins.js";
import { PathRef } from "./path.js";
import { SeeError } from "./errors.js";
import { OpenRelay, RelayData, RelayEnd, RelayNumber, RelayResize, RelaySeen } from "./relay.js";
import { Mode, OtherTerminal, Places, RunRequest, Session, Tightening } from "./session.js";

/** Both sides refuse to talk when this differs. */
export const PROTOCOL_VERSION = 1;

const SessionId = z.object({ session: z.string().min(1) });
const Empty = z.object({});
const Quota = z.number().int().min(1);

/** Requests: name → what is asked and what is answered. */
export const methods = {
  hello: {
    params: z.object({ protocol: z.number().int() }),
    result: z.object({ protocol: z.number().int(), version: z.string(), mode: Mode, store: z.string() }),
  },
  doctor: { params: Empty, result: z.object({ rows: z.array(DoctorRow) }) },
  "sessions.list": { params: Empty, result: z.object({ sessions: z.array(Session) }) },
  "sessions.run": { params: RunRequest, result: z.object({ session: Session }) },
  "sessions.stop": { params: SessionId, result: z.object({ session: Session }) },
  "sessions.log": { params: SessionId.extend({ since: LogPlace.optional() }), result: SessionLog },
  "sessions.tighten": {
    params: Tightening.extend({ session: z.string().min(1) }),
    result: z.object({ session: Session }),
  },
  "sessions.abort": { params: SessionId, result: z.object({ session: Session }) },
  "sessions.retry": {
    params: SessionId.extend(RunRequest.pick({ rows: true, cols: true, env: true }).shape).extend({
      memory: Quota.optional(),
      processes: Quota.optional(),
    }),
    result: z.object({ session: Session }),
  },
  "sessions.compare": {
    params: z.object({ first: z.string().min(1), second: z.string().min(1) }),
    result: Comparison,
  },
  /** A frozen session goes on with as much again, or with this quota or none; one that runs gets what is named. */
  "sessions.resume": {
    params: SessionId.extend({
      quota: Quota.optional(),
      unlimited: z.boolean().optional(),
      memory: Quota.optional(),
      processes: Quota.optional(),
    }),
    result: z.object({ session: Session }),
  },
  /** Programs on terminals that run in a session beside its own one, the last that began last. */
  "sessions.terminals": { params: SessionId, result: z.object({ terminals: z.array(OtherTerminal) }) },
  "changes.watch": { params: SessionId, result: z.object({ watch: z.number().int() }) },
  "changes.unwatch": { params: z.object({ watch: z.number().int() }), result: Empty },
  /**
   * Takes changes back inside a session that has ended: these paths and what lies below them. With `dry_run` only tells what
   * would go, and with which `stamp` just that goes: when the session has changed since, "wrong-state" with the fact `stamp`.
   */
  "changes.discard": {
    params: z.object({
      session: z.string().min(1),
      paths: z.array(PathRef).min(1),
      dry_run: z.boolean().optional(),
      stamp: z.string().optional(),
    }),
    result: DiscardResult,
  },
  /** Which package owns each change, and when it was made: looked up anew, or from the row `from` of a list on that was begun. */
  "changes.origins": {
    params: z.object({
      session: z.string().min(1),
      next: z.object({ list: z.number().int().min(0), from: z.number().int().min(1) }).optional(),
    }),
    result: Origins,
  },
  /** Gives a file of a session that has ended another content. */
  "changes.edit": { params: Edit, result: Empty },
  /** Lets ClamAV look at the files of a session that has ended. */
  "changes.viruses": { params: SessionId, result: Viruses },
  "notes.get": { params: SessionId, result: Notes },
  /** Answers with all notes of the session. */
  "notes.set": { params: NoteRequest, result: Notes },
  describe: { params: PathRef.extend({ session: z.string().min(1) }), result: Description },
  content: {
    params: PathRef.extend({
      session: z.string().min(1),
      side: AnySide,
      offset: z.number().int().min(0),
      length: z.number().int().min(1).max(SLICE_LIMIT),
    }),
    result: Slice,
  },
  versions: { params: PathRef.extend({ session: z.string().min(1) }), result: Versions },
  "merge.preview": { params: PathRef.extend({ session: z.string().min(1) }), result: MergePreview },
  "ignore.get": { params: Empty, result: Patterns },
  "ignore.set": { params: Patterns, result: Patterns },
  "hidden.get": { params: Empty, result: Places },
  "hidden.set": { params: Places, result: Places },
  check: { params: CommitRequest.omit({ dry_run: true }), result: CheckResult },
  commit: { params: CommitRequest, result: CommitResult },
  "history.list": { params: Empty, result: History },
  "history.undo": {
    params: z.object({ commit: z.string().min(1), resolve: z.array(ResolveItem).optional() }),
    result: UndoResult,
  },
  "history.drop": { params: z.object({ commit: z.string().min(1) }), result: Empty },
  /** How many bytes all backups may take up; null for no limit. Names the commits whose backups went at once for it. */
  "history.limit": {
    params: History.pick({ limit: true }),
    result: z.object({ dropped: z.array(z.string()) }),
  },
  /** What a commit did, as long as its backup is kept. */
  "history.changes": { params: z.object({ commit: z.string().min(1) }), result: Deeds },
  "history.versions": { params: PathRef.extend({ commit: z.string().min(1) }), result: UndoVersions },
  "history.content": {
    params: PathRef.extend({
      commit: z.string().min(1),
      side: UndoSide,
      offset: z.number().int().min(0),
      length: z.number().int().min(1).max(SLICE_LIMIT),
    }),
    result: Slice,
  },
  /** Runs a command of the helper's for the app. It is told as "relay", then as "relay-end". */
  "relays.open": { params: OpenRelay, result: RelayNumber },
} as const;
export type Methods = typeof methods;
export type Method = keyof Methods;
export type Params<M extends Method> = z.infer<Methods[M]["params"]>;
export type Result<M extends Method> = z.infer<Methods[M]["result"]>;

export const Phase = z.enum(["scan", "check", "stage", "journal", "apply", "publish", "recover"]);
export type Phase = z.infer<typeof Phase>;

/** Progress of a request that takes long. `total` is absent while it is not known. */
export const Progress = z.object({
  request: z.number().int(),
  phase: Phase,
  done: z.number().int().min(0),
  total: z.number().int().min(0).optional(),
});
export type Progress = z.infer<typeof Progress>;

/** Notifications from the helper: name → what they carry. `sessions` is sent whenever the list changes. */
export const notifications = {
  sessions: z.object({ sessions: z.array(Session) }),
  feed: FeedEvent,
  progress: Progress,
  relay: RelayData,
  "relay-end": RelayEnd,
} as const;
export type Notifications = typeof notifications;
export type NotificationName = keyof Notifications;
export type Notification<N extends NotificationName> = z.infer<Notifications[N]>;

/**
 * Notifications to the helper: name → what they carry. `cancel` gives up request `request`, which then fails with `cancelled`.
 * A relay that has ended takes no order, and that is no error.
 */
export const orders = {
  cancel: z.object({ request: z.number().int() }),
  "relay.input": RelayData,
  "relay.resize": RelayResize,
  "relay.seen": RelaySeen,
  "relay.close": RelayNumber,
} as const;
export type Orders = typeof orders;
export type OrderName = keyof Orders;
export type Order<N extends OrderName> = z.infer<Orders[N]>;

export const Request = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.number().int(),
  method: z.string(),
  params: z.unknown(),
});
export const Reply = z.union([
  z.object({ jsonrpc: z.literal("2.0"), id: z.number().int(), result: z.unknown() }),
  z.object({
    jsonrpc: z.literal("2.0"),
    id: z.number().int().nullable(),
    error: z.object({ code: z.number().int(), message: z.string(), data: SeeError }),
  }),
]);
export const NotificationEnvelope = z.object({
  jsonrpc: z.literal("2.0"),
  method: z.string(),
  params: z.unknown(),
});
