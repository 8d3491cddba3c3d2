// The wires below the bridge: name and argument schema of every call and message between page and main.
// Main parses with these; the preload takes only the names, as types, so that it stays small.
import { z } from "zod";
import type { FeedEvent } from "./change.js";
import { LogPlace } from "./log.js";
import { CommitRequest, ResolveItem } from "./commit.js";
import {
  type AdministratorsStatus,
  ExportForm,
  OpenOutside,
  type Outcome,
  type HelperStatus,
  type SeeBridge,
  Settings,
  TerminalOf,
} from "./bridge.js";
import { methods, type Progress } from "./rpc.js";
import { RunRequest, Tightening, type Session } from "./session.js";
import { Whose } from "./stores.js";

/** Verbs of the bridge that are asked and answered. */
export type CallName = {
  [K in keyof SeeBridge]: SeeBridge[K] extends (...args: never[]) => Promise<Outcome<unknown>> ? K : never;
}[keyof SeeBridge];

/** What a call answers when it succeeds. */
export type CallValue<K extends CallName> =
  Awaited<ReturnType<SeeBridge[K]>> extends Outcome<infer Value> ? Value : never;

const SessionKey = z.string().min(1).max(256);
const CommitKey = z.string().min(1).max(256);
/** Positive, so that it never looks like "none"; chosen by the page. */
const Ticket = z.int().min(1);
const Terminal = z.int().min(1);
const Cells = z.int().min(1).max(10_000);

/** The longest text that one message may carry to a terminal or to the clipboard, in UTF-16 units. */
const TEXT_LIMIT = 8 * 1024 * 1024;
/** The longest command line that is split into words. */
const LINE_LIMIT = 128 * 1024;

/** Calls: verb → its arguments. */
export const calls = {
  helperStatus: z.tuple([]),
  restartHelper: z.tuple([]),
  doctor: z.tuple([]),
  listSessions: z.tuple([]),
  administratorsStatus: z.tuple([]),
  showAdministrators: z.tuple([]),
  run: z.tuple([RunRequest, Whose]),
  stop: z.tuple([SessionKey]),
  log: z.tuple([SessionKey, LogPlace]),
  tighten: z.tuple([SessionKey, Tightening]),
  abort: z.tuple([SessionKey]),
  resume: z.tuple([methods["sessions.resume"].params]),
  otherTerminals: z.tuple([SessionKey]),
  retry: z.tuple([methods["sessions.retry"].params.pick({ session: true, memory: true, processes: true })]),
  compare: z.tuple([SessionKey, SessionKey, Ticket]),
  watchChanges: z.tuple([SessionKey]),
  unwatchChanges: z.tuple([z.int()]),
  discard: z.tuple([methods["changes.discard"].params, Ticket]),
  origins: z.tuple([methods["changes.origins"].params]),
  describe: z.tuple([methods.describe.params]),
  content: z.tuple([methods.content.params]),
  edit: z.tuple([methods["changes.edit"].params]),
  viruses: z.tuple([SessionKey, Ticket]),
  notes: z.tuple([SessionKey]),
  saveNote: z.tuple([methods["notes.set"].params]),
  openOutside: z.tuple([OpenOutside]),
  editOutside: z.tuple([z.string().max(LINE_LIMIT), z.string().max(TEXT_LIMIT)]),
  editedOutside: z.tuple([z.string().max(16)]),
  tools: z.tuple([]),
  exportChanges: z.tuple([SessionKey, ExportForm]),
  versions: z.tuple([methods.versions.params]),
  mergePreview: z.tuple([methods["merge.preview"].params]),
  ignored: z.tuple([]),
  saveIgnored: z.tuple([methods["ignore.set"].params.shape.patterns]),
  alwaysHidden: z.tuple([]),
  saveAlwaysHidden: z.tuple([methods["hidden.set"].params.shape.places]),
  check: z.tuple([CommitRequest.omit({ dry_run: true }), Ticket]),
  commit: z.tuple([CommitRequest, Ticket]),
  history: z.tuple([]),
  undo: z.tuple([CommitKey, z.array(ResolveItem), Ticket]),
  drop: z.tuple([CommitKey]),
  limitBackups: z.tuple([methods["history.limit"].params.shape.limit]),
  deeds: z.tuple([CommitKey, Ticket]),
  undoVersions: z.tuple([methods["history.versions"].params]),
  undoContent: z.tuple([methods["history.content"].params]),
  cancel: z.tuple([Ticket]),
  splitCommand: z.tuple([z.string().max(LINE_LIMIT)]),
  applications: z.tuple([]),
  chooseDirectory: z.tuple([]),
  homes: z.tuple([]),
  sortOf: z.tuple([z.string().max(LINE_LIMIT)]),
  openWith: z.tuple([z.string().max(LINE_LIMIT)]),
  sample: z.tuple([]),
  takeOpened: z.tuple([]),
  integration: z.tuple([]),
  setIntegration: z.tuple([z.boolean()]),
  openTerminal: z.tuple([SessionKey, TerminalOf, Cells, Cells]),
  settings: z.tuple([]),
  saveSettings: z.tuple([Settings]),
  copyText: z.tuple([z.string().max(TEXT_LIMIT)]),
} satisfies Record<CallName, z.ZodType>;

/** Messages from the page that are not answered. `terminalSeen`: the page has dealt with so many bytes. */
export const sends = {
  writeTerminal: z.tuple([Terminal, z.string().max(TEXT_LIMIT)]),
  resizeTerminal: z.tuple([Terminal, Cells, Cells]),
  closeTerminal: z.tuple([Terminal]),
  terminalSeen: z.tuple([Terminal, z.int().min(0)]),
} satisfies Record<string, z.ZodType>;
export type Sends = typeof sends;
export type SendName = keyof Sends;

/** Messages to the page: name → what it carries. Main made or parsed the values, so types are enough. */
export interface Events {
  helperStatus: [status: HelperStatus];
  administratorsStatus: [status: AdministratorsStatus];
  sessions: [sessions: Session[]];
  feed: [event: FeedEvent];
  progress: [progress: Progress];
  terminalData: [terminal: number, data: Uint8Array];
  opened: [];
  askUndo: [commit: string, applied: number];
  showSession: [session: string | null];
  terminalExit: [terminal: number, status: number];
}
export type EventName = keyof Events;
