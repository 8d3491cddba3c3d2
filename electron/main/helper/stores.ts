// Both stores as one: the person's own helper, and the administrator's where one runs. Sends each request to the helper whose
// session or commit it is about; knows the keys by which the page tells them apart (protocol/src/stores.ts).
import type { FileHandle } from "node:fs/promises";
import type { TerminalOf } from "../../../protocol/src/bridge.js";
import type { FeedEvent } from "../../../protocol/src/change.js";
import type { Method, Params, Result } from "../../../protocol/src/rpc.js";
import type { RunRequest, Session } from "../../../protocol/src/session.js";
import type { CommitRecord } from "../../../protocol/src/commit.js";
import { escapeText } from "../../../protocol/src/escape.js";
import { administratorsId, administratorsKey, type Whose } from "../../../protocol/src/stores.js";
import { APP_ERRORS, REASONS } from "../../../texts/app-errors.js";
import { fail, reasonOf } from "../failure.js";
import { type Line, type LineEvents, ptyLine, relayLine } from "./terminal-line.js";
import type { Administrators } from "./administrators.js";
import type { Helper } from "./helper.js";
import { toFile } from "./programs.js";

/** What tells in a request which session or commit it is about. */
const KEYS = ["session", "first", "second", "commit"] as const;

export interface StoresEvents {
  /** The list of all; `isNews`: what it tells may have happened just now. */
  sessions(sessions: Session[], isNews: boolean): void;
}

/** Knows of the administrator's commits also while their history cannot be seen. */
export interface CommitMemory {
  /** Notes that one is asked for now. */
  note(): Promise<void>;
  /** Tells whether there may be one that is newer than this time; null: any. */
  isAfter(time: string | null): Promise<boolean>;
}

export interface StoresOptions {
  own: Helper;
  administrators: Administrators;
  /** The person's environment, for programs of the administrator's sessions. */
  environment: Record<string, string>;
  lastCommit: CommitMemory;
}

type Fields = Record<string, unknown>;

export class Stores {
  readonly #own: Helper;
  readonly #administrators: Administrators;
  readonly #environment: Record<string, string>;
  readonly #lastCommit: CommitMemory;
  readonly #events: StoresEvents;
  #ownList: Session[] = [];
  /** As they were told last: sessions outlive their helper. */
  #otherList: Session[] | null = null;
  #otherCommits: readonly CommitRecord[] = [];
  /** What commits leave out, as it was told last. */
  #patterns: string[] | null = null;
  /** Exports that are under way, and what ends them. */
  readonly #exports = new Set<Promise<void>>();
  readonly #ending = new AbortController();

  constructor({ own, administrators, environment, lastCommit }: StoresOptions, events: StoresEvents) {
    this.#own = own;
    this.#administrators = administrators;
    this.#environment = environment;
    this.#lastCommit = lastCommit;
    this.#events = events;
  }

  /** Takes what a helper tells of its sessions. */
  take(whose: Whose, sessions: Session[]): void {
    const isNews = whose === "own" || this.#otherList !== null;
    if (whose === "own") this.#ownList = sessions;
    else this.#otherList = sessions.map(keyed);
    this.#events.sessions(this.#all(), isNews);
  }

  /** Asks the helper whose session or commit it is; the lists are both's. */
  async request<M extends Method>(method: M, params: Params<M>, ticket?: number): Promise<Result<M>> {
    const keys = KEYS.map((name) => (params as Fields)[name]).filter((key) => typeof key === "string");
    const others = keys.filter((key) => administratorsId(key) !== null).length;
    const watch = (params as Fields)["watch"];
    if (others === 0 && !(typeof watch === "number" && isOther(watch))) {
      const answer = await this.#own.request(method, params, ticket);
      return this.#withBoth(method, answer);
    }
    if (others < keys.length) throw fail("bad-request", APP_ERRORS.otherStores);
    // Not awaited here: the ticket is to be known from now on.
    const bare = this.#bare(method, params);
    return told(await this.#administrators.helper.request(method, bare, ticket));
  }

  /** Runs a program in a new session of the administrator's, once the password was given. */
  async runAsAdministrator(request: RunRequest): Promise<Session> {
    await this.#administrators.ask();
    const { places } = await this.#own.request("hidden.get", {});
    const whole = { ...request, env: { ...this.#environment, ...request.env } };
    // Whether there is something to hide only root can tell.
    const policy = { ...whole.policy, always: places };
    const { session } = await this.#administrators.helper.request("sessions.run", { ...whole, policy });
    return keyed(session);
  }

  /** Tells whether the person may have committed something of the administrator's after this time that cannot be seen now. */
  async mayLackCommits(after: string | null): Promise<boolean> {
    return this.#administrators.status.state !== "ready" && (await this.#lastCommit.isAfter(after));
  }

  /** Gives up the request with this ticket, wherever it is. */
  cancel(ticket: number): void {
    this.#own.cancel(ticket);
    this.#administrators.helper.cancel(ticket);
  }

  forgetTickets(): void {
    this.#own.forgetTickets();
    this.#administrators.helper.forgetTickets();
  }

  /** Joins a terminal to what it is to show of a session. */
  async line(
    key: string,
    what: TerminalOf,
    size: { rows: number; cols: number },
    events: LineEvents,
  ): Promise<Line> {
    const session = administratorsId(key);
    if (session === null) {
      return ptyLine(await this.#own.terminalCommand(key, what), size.rows, size.cols, events);
    }
    const shows = this.#shows(what);
    return relayLine(
      (relay) => this.#administrators.helper.openRelay({ session, what: shows, ...size }, relay),
      events,
    );
  }

  /** Writes a session's changes to a file of the person's: with the person's rights, whoever reads them. */
  async exportTo(key: string, form: "tar" | "patch", file: string): Promise<void> {
    const session = administratorsId(key);
    const work =
      session === null
        ? this.#own.exportTo(key, form, file, this.#ending.signal)
        : toFile(file, (handle) => this.#relayTo(handle, session, form));
    this.#exports.add(work);
    await work.finally(() => this.#exports.delete(work));
  }

  /** Ends the exports that are under way, and what they have written: the app ends, and its helpers with it. */
  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#exports);
  }

  async #relayTo(handle: FileHandle, session: string, form: "tar" | "patch"): Promise<void> {
    const { helper } = this.#administrators;
    const what = { shows: form };
    let end = (_status: number, _said: string): void => undefined;
    const ended = new Promise<{ status: number; said: string }>((resolve) => {
      end = (status, said) => resolve({ status, said });
    });
    let writing = Promise.resolve();
    // No more comes than was told as seen, which is what was written: a slow disk fills no memory.
    const write = async (bytes: Uint8Array): Promise<void> => {
      await handle.appendFile(bytes);
      (await relay).seen(bytes.length);
    };
    const relay = helper.openRelay(
      { session, what },
      {
        data: (bytes) => {
          writing = writing.then(() => write(bytes));
          // Nothing more can be written: it need not be read.
          writing.catch(async () => (await relay).close());
        },
        end: (status, said) => end(status, said),
      },
    );
    await relay;
    const { status, said } = await ended;
    await writing;
    if (status !== 0) throw new Error(said === "" ? REASONS.status(status) : said);
  }

  #shows(what: TerminalOf): Params<"relays.open">["what"] {
    if (what === "program" || what === "inspection") return { shows: what };
    if ("runs" in what) return { shows: "program", number: what.runs };
    const { SHELL = "" } = this.#environment;
    const command = what.run.length > 0 ? what.run : [SHELL === "" ? "/bin/sh" : SHELL];
    return { shows: "started", command, cwd: what.cwd, env: this.#environment };
  }

  /** Returns a request with the administrator's own ids, and with what the person's helper knows and the other does not. */
  async #bare<M extends Method>(method: M, params: Params<M>): Promise<Params<M>> {
    const bare: Fields = { ...params };
    for (const name of KEYS) {
      const key = bare[name];
      if (typeof key === "string") bare[name] = administratorsId(key) ?? key;
    }
    if (typeof bare["watch"] === "number") bare["watch"] = -bare["watch"];
    if (method === "sessions.retry") bare["env"] ??= this.#environment;
    if (method === "commit" && bare["dry_run"] !== true) await this.#lastCommit.note();
    // There is one list of what commits leave out: the person's.
    if (method === "check" || method === "commit") {
      bare["ignore"] ??= await this.#ignored();
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same fields with other values of their types
    return bare as Params<M>;
  }

  /** What was told last does where the person's helper is gone: what the other one keeps can be decided on without it. */
  async #ignored(): Promise<string[]> {
    try {
      this.#patterns = (await this.#own.request("ignore.get", {})).patterns;
    } catch (error) {
      if (this.#patterns === null) throw error;
    }
    return this.#patterns;
  }

  /** Adds to the person's own list what the other helper has. */
  async #withBoth<M extends Method>(method: M, answer: Result<M>): Promise<Result<M>> {
    let both: Fields = answer;
    if (method === "sessions.list")
      both = { sessions: [...(both["sessions"] as unknown[]), ...(this.#otherList ?? [])] };
    if (method === "history.list")
      both = { ...both, commits: [...(both["commits"] as unknown[]), ...(await this.#othersCommits())] };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it came, with more in its list
    return both as Result<M>;
  }

  /** The fault of the administrator's helper is none of the person's own history: that has what was told last. */
  async #othersCommits(): Promise<readonly CommitRecord[]> {
    const { helper, status } = this.#administrators;
    if (status.state !== "ready") return this.#otherCommits;
    try {
      this.#otherCommits = told(await helper.request("history.list", {})).commits;
    } catch (error) {
      process.stderr.write(
        `alcatraz: the administrator's history is not known: ${escapeText(reasonOf(error))}\n`,
      );
    }
    return this.#otherCommits;
  }

  #all(): Session[] {
    return [...this.#ownList, ...(this.#otherList ?? [])];
  }
}

/** Watches have numbers of their helper's: those of the administrator's are told as negative ones. */
function toldWatch(watch: number): number {
  return -watch;
}

/** Tells whose watch it is by the number that the page knows. */
export function isOther(watch: number): boolean {
  return watch < 0;
}

/** Returns what a helper tells of a watch, with the number that the page knows. */
export function toldFeed(whose: Whose, event: FeedEvent): FeedEvent {
  return whose === "own" ? event : { ...event, watch: toldWatch(event.watch) };
}

function keyed(session: Session): Session {
  const { policy, cause } = session;
  const again = policy.retry_of;
  return {
    ...session,
    id: administratorsKey(session.id),
    policy: again === undefined ? policy : { ...policy, retry_of: administratorsKey(again) },
    ...(cause?.what === "commit-waits"
      ? { cause: { ...cause, commit: administratorsKey(cause.commit) } }
      : {}),
  };
}

/** Returns an answer of the administrator's helper with the keys that the page knows. */
function told<T extends object>(answer: T): T {
  const fields = Object.fromEntries(Object.entries(answer));
  for (const [name, value] of Object.entries(fields)) fields[name] = toldField(name, value);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same fields with other values of their types
  return fields as T;
}

function toldField(name: string, value: unknown): unknown {
  if (name === "watch" && typeof value === "number") return toldWatch(value);
  if (["session", "commit", "undid"].includes(name) && typeof value === "string")
    return administratorsKey(value);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an answer's session that is no id is a whole one
  if (name === "session") return keyed(value as Session);
  if (name === "dropped" && Array.isArray(value)) return value.map(String).map(administratorsKey);
  if (name === "commits" && Array.isArray(value)) return value.map(toldCommit);
  return value;
}

function toldCommit(commit: Fields): Fields {
  const record: Fields = { ...commit };
  for (const name of ["id", "session", "undid", "undone_by"]) {
    const id = record[name];
    if (typeof id === "string") record[name] = administratorsKey(id);
  }
  return record;
}
