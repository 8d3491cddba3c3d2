// The contract between window and main process: the only verbs that the page has. Main parses every argument.
import { z } from "zod";
import type { FeedEvent } from "./change.js";
import type {
  CheckResult,
  CommitRequest,
  CommitResult,
  DiscardResult,
  Comparison,
  Deeds,
  History,
  MergePreview,
  ResolveItem,
  UndoResult,
} from "./commit.js";
import type { Description, Slice, UndoVersions, Versions } from "./content.js";
import type { DoctorRow } from "./doctor.js";
import { SeeError } from "./errors.js";
import type { Edit, Note, NoteRequest, Viruses } from "./desk.js";
import { Net } from "./net.js";
import { PathRef } from "./path.js";
import type { Origins } from "./origins.js";
import type { SessionLog } from "./log.js";
import type { Progress, Params } from "./rpc.js";
import {
  Clipboard,
  Display,
  OtherTerminal,
  Reads,
  type RunRequest,
  type Session,
  type Tightening,
} from "./session.js";
import type { Whose } from "./stores.js";

/** How every bridge call ends: errors are values, because Electron flattens thrown ones to text. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: SeeError };

/** An installed application, from its .desktop entry. `icon` is a data: URL of a PNG or SVG, when one was found. */
export const Application = z.object({
  id: z.string(),
  name: z.string(),
  comment: z.string().optional(),
  icon: z.string().optional(),
  command: z.array(z.string()).min(1),
  terminal: z.boolean(),
});
export type Application = z.infer<typeof Application>;

/** A person's own set of choices for a run. Sizes are text as it was typed. */
export const Profile = z.object({
  name: z.string().min(1).max(64),
  asRoot: z.boolean(),
  user: z.string().max(64).default(""),
  net: Net,
  lan: z.boolean(),
  ports: z.string().max(4096),
  detours: z.string().max(4096).default(""),
  hide: z.string().max(16_384),
  show: z.string().max(16_384).default(""),
  quota: z.string().max(32),
  floor: z.string().max(32).default(""),
  memory: z.string().max(32),
  processes: z.string().max(32).default(""),
  reads: Reads,
  display: Display,
  clipboard: Clipboard.default("none"),
  gpu: z.boolean().default(false),
  sound: z.boolean().default(false),
  camera: z.boolean().default(false),
});
export type Profile = z.infer<typeof Profile>;

/** A command that was typed, and the folder that it ran in; null: the home folder. Older files have the command alone. */
export const Recent = z.union([
  z.object({ line: z.string(), cwd: z.string().nullable() }),
  z.string().transform((line) => ({ line, cwd: null })),
]);
export type Recent = z.infer<typeof Recent>;

/** Choices that outlive the window. What an older file lacks has its default. */
export const Settings = z.object({
  theme: z.enum(["system", "light", "dark"]),
  panes: z.record(z.string(), z.number()),
  /** Whether the list of sessions is shown. */
  sidebar: z.boolean().default(true),
  recent: z.array(Recent).max(20),
  profiles: z.array(Profile).max(50).default([]),
  /** Whether the desktop tells what happens while the window is not looked at. */
  notify: z.boolean().default(true),
  /** The same for what happens in a session that runs: its disk space ends, it is refused something. */
  notifyWarnings: z.boolean().default(true),
  /** Whether long lines of a text go on below their beginning. */
  wrapLines: z.boolean().default(false),
  /** Programs that show, compare and edit files, by the ids of their entries; empty: what the desktop has. */
  viewer: z.string().max(256).default(""),
  comparer: z.string().max(256).default(""),
  editor: z.string().max(256).default(""),
  /** Sessions that were decided and are not to be listed any more. */
  cleared: z.array(z.string().max(256)).max(5000).default([]),
});
export type Settings = z.infer<typeof Settings>;

/** What holds until a person chooses. */
export const DEFAULT_SETTINGS: Readonly<Settings> = Settings.parse({
  theme: "system",
  panes: {},
  recent: [],
});

export const HelperStatus = z.discriminatedUnion("state", [
  z.object({ state: z.literal("starting") }),
  z.object({
    state: z.literal("ready"),
    version: z.string(),
    mode: z.enum(["system", "user"]),
    store: z.string(),
  }),
  z.object({ state: z.literal("gone"), error: SeeError }),
]);
export type HelperStatus = z.infer<typeof HelperStatus>;

/** How it stands with the administrator's sessions: nobody asked to see them, a password is asked for, they are there, or no more. */
export const AdministratorsStatus = z.discriminatedUnion("state", [
  z.object({ state: z.literal("off") }),
  z.object({ state: z.literal("asking") }),
  z.object({ state: z.literal("ready") }),
  z.object({ state: z.literal("gone"), error: SeeError }),
]);
export type AdministratorsStatus = z.infer<typeof AdministratorsStatus>;

/** What the sample on the Home screen is, when the app was started with one. */
export const Sample = z.object({ name: z.string(), command: z.string(), cwd: z.string() });
export type Sample = z.infer<typeof Sample>;

/** A file to show in a program of the desktop, as a copy: one of its sides, or both to compare. */
export const OpenOutside = PathRef.extend({
  session: z.string().min(1),
  what: z.enum(["before", "after", "both"]),
});
export type OpenOutside = z.infer<typeof OpenOutside>;

/** Installed programs that show files, and those that compare two. */
export interface Tools {
  viewers: { id: string; name: string }[];
  comparers: { id: string; name: string }[];
}

/** What a file of the desktop is to who wants to try it: marked as a program, a program that nobody marked, or neither. */
export type FileSort = "program" | "unmarked" | "folder" | "other" | "unread";

/** How the desktop opens a file: with an application, the file in its command, or, a launcher, by what that starts. */
export interface OpenWith {
  name: string;
  command: string[];
  terminal: boolean;
  launcher: boolean;
}

/**
 * What a terminal shows: the session's own program, a shell that looks at the machine and the session side by side, or
 * another program: one that is started in the session, in a directory (without words the person's shell), or one that runs there.
 */
export const TerminalOf = z.union([
  z.enum(["program", "inspection"]),
  z.object({ run: z.array(z.string()).max(4096), cwd: z.string() }),
  z.object({ runs: OtherTerminal.shape.number }),
]);
export type TerminalOf = z.infer<typeof TerminalOf>;

/** How the changes of a session are written to a file. */
export const ExportForm = z.enum(["tar", "patch"]);
export type ExportForm = z.infer<typeof ExportForm>;

type Unsubscribe = () => void;

/** `request` numbers are chosen by the page, so that it can match progress and cancel. */
export interface SeeBridge {
  helperStatus(): Promise<Outcome<HelperStatus>>;
  restartHelper(): Promise<Outcome<null>>;
  administratorsStatus(): Promise<Outcome<AdministratorsStatus>>;
  /** Asks for an administrator's password; the administrator's sessions are then in the list. */
  showAdministrators(): Promise<Outcome<null>>;
  doctor(): Promise<Outcome<DoctorRow[]>>;

  listSessions(): Promise<Outcome<Session[]>>;
  /** An administrator's asks for the password first, unless it was given. */
  run(request: RunRequest, whose: Whose): Promise<Outcome<Session>>;
  stop(session: string): Promise<Outcome<Session>>;
  log(session: string, since: number): Promise<Outcome<SessionLog>>;
  tighten(session: string, to: Tightening): Promise<Outcome<Session>>;
  abort(session: string): Promise<Outcome<Session>>;
  /** A frozen session goes on with as much again, or with this quota or none; one that runs gets what is named. */
  resume(request: Params<"sessions.resume">): Promise<Outcome<Session>>;
  /** Programs on terminals that run in it beside its own one. */
  otherTerminals(session: string): Promise<Outcome<OtherTerminal[]>>;
  /** Runs a session's command once more, in a new session. */
  retry(
    request: Pick<Params<"sessions.retry">, "session" | "memory" | "processes">,
  ): Promise<Outcome<Session>>;
  compare(first: string, second: string, ticket: number): Promise<Outcome<Comparison>>;

  watchChanges(session: string): Promise<Outcome<number>>;
  unwatchChanges(watch: number): Promise<Outcome<null>>;
  discard(request: Params<"changes.discard">, ticket: number): Promise<Outcome<DiscardResult>>;
  origins(params: Params<"changes.origins">): Promise<Outcome<Origins>>;
  describe(params: Params<"describe">): Promise<Outcome<Description>>;
  content(params: Params<"content">): Promise<Outcome<Slice>>;

  edit(edit: Edit): Promise<Outcome<null>>;
  /** Lets ClamAV look at the session's files. */
  viruses(session: string, ticket: number): Promise<Outcome<Viruses>>;
  notes(session: string): Promise<Outcome<Note[]>>;
  /** Answers with all notes of the session. */
  saveNote(note: NoteRequest): Promise<Outcome<Note[]>>;
  openOutside(file: OpenOutside): Promise<Outcome<null>>;
  /** Opens a text of a session, by its path for a name, in an editor of the person's. Answers with a key for `editedOutside`. */
  editOutside(path: string, text: string): Promise<Outcome<string>>;
  /** What that editor has saved by now. */
  editedOutside(key: string): Promise<Outcome<string>>;
  tools(): Promise<Outcome<Tools>>;
  /** Asks where to, and writes there. Answers with the file, or null when the person named none. */
  exportChanges(session: string, form: ExportForm): Promise<Outcome<string | null>>;

  versions(params: Params<"versions">): Promise<Outcome<Versions>>;
  mergePreview(params: Params<"merge.preview">): Promise<Outcome<MergePreview>>;
  ignored(): Promise<Outcome<string[]>>;
  /** Answers with the list as it is then. */
  saveIgnored(patterns: string[]): Promise<Outcome<string[]>>;
  /** The places that every session finds empty. */
  alwaysHidden(): Promise<Outcome<string[]>>;
  /** Answers with the list as it is then. */
  saveAlwaysHidden(places: string[]): Promise<Outcome<string[]>>;
  check(request: Omit<CommitRequest, "dry_run">, ticket: number): Promise<Outcome<CheckResult>>;
  commit(request: CommitRequest, ticket: number): Promise<Outcome<CommitResult>>;
  history(): Promise<Outcome<History>>;
  /** `resolve` answers the conflicts of an undo that was refused. */
  undo(commit: string, resolve: ResolveItem[], ticket: number): Promise<Outcome<UndoResult>>;
  drop(commit: string): Promise<Outcome<null>>;
  /** Limits what all backups take up, in bytes; null for no limit. Answers with the commits whose backups went for it. */
  limitBackups(limit: number | null): Promise<Outcome<string[]>>;
  /** What a commit did, as long as its backup is kept. */
  deeds(commit: string, ticket: number): Promise<Outcome<Deeds>>;
  undoVersions(params: Params<"history.versions">): Promise<Outcome<UndoVersions>>;
  undoContent(params: Params<"history.content">): Promise<Outcome<Slice>>;
  /** Gives up the request started with this ticket. */
  cancel(ticket: number): Promise<Outcome<null>>;

  /** Splits a command line as a POSIX shell would split words, with no expansion. */
  splitCommand(line: string): Promise<Outcome<string[]>>;
  applications(): Promise<Outcome<Application[]>>;
  chooseDirectory(): Promise<Outcome<string | null>>;
  /** Home directories of the people on this machine, the person's own first. */
  homes(): Promise<Outcome<string[]>>;
  /** Tells what a file is to who wants to try it, from its first bytes and its permissions. */
  sortOf(path: string): Promise<Outcome<FileSort>>;
  /** Path of a file that the person dropped on the window. */
  droppedPath(file: File): string;
  /** How the desktop would open it; null when it has nothing for such files. */
  openWith(path: string): Promise<Outcome<OpenWith | null>>;
  sample(): Promise<Outcome<Sample | null>>;
  /** Files that were opened in Alcatraz from elsewhere and not taken yet. */
  takeOpened(): Promise<Outcome<string[]>>;
  /** Whether file managers open risky files in Alcatraz. */
  integration(): Promise<Outcome<boolean>>;
  setIntegration(on: boolean): Promise<Outcome<boolean>>;

  /** Opens a terminal of a session on a local pty. Returns the terminal's number. */
  openTerminal(session: string, what: TerminalOf, rows: number, cols: number): Promise<Outcome<number>>;
  writeTerminal(terminal: number, data: string): void;
  resizeTerminal(terminal: number, rows: number, cols: number): void;
  closeTerminal(terminal: number): void;

  settings(): Promise<Outcome<Settings>>;
  saveSettings(settings: Settings): Promise<Outcome<null>>;
  copyText(text: string): Promise<Outcome<null>>;

  onHelperStatus(listener: (status: HelperStatus) => void): Unsubscribe;
  onAdministratorsStatus(listener: (status: AdministratorsStatus) => void): Unsubscribe;
  onSessions(listener: (sessions: Session[]) => void): Unsubscribe;
  onFeed(listener: (event: FeedEvent) => void): Unsubscribe;
  /** `progress.request` is the ticket of the call that it belongs to. */
  onProgress(listener: (progress: Progress) => void): Unsubscribe;
  /**
   * Every listener hears all terminals, and says whether the data was its own, with a promise once it is drawn: until then
   * a flood waits in the terminal, not in the page.
   */
  onTerminalData(listener: (terminal: number, data: Uint8Array) => boolean | Promise<boolean>): Unsubscribe;
  /** Files wait for `takeOpened`. */
  onOpened(listener: () => void): Unsubscribe;
  /** The person chose a session, or History, outside of the window. */
  /** A commit could not be taken back from outside of the window without a decision. */
  onAskUndo(listener: (commit: string, applied: number) => void): Unsubscribe;
  onShowSession(listener: (session: string | null) => void): Unsubscribe;
  onTerminalExit(listener: (terminal: number, status: number) => void): Unsubscribe;
}
