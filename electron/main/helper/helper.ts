// The helper as the rest of the app sees it: a status, questions, tickets. Starts it, watches over it, starts it again.
import { APP_ERRORS, HELPER_ENDINGS } from "../../../texts/app-errors.js";
import type { HelperStatus, TerminalOf } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import {
  type Method,
  type Notification,
  type Params,
  PROTOCOL_VERSION,
  type Result,
} from "../../../protocol/src/rpc.js";
import { fail, Failure, toSeeError } from "../failure.js";
import { RpcClient } from "./client.js";
import { runToFile } from "./programs.js";
import { type Relay, type RelayEvents, Relays } from "./relays.js";
import { type Ending, type HelperProcess, startHelper } from "./process.js";

/** Times are milliseconds. */
export interface HelperOptions {
  locate(): Promise<string>;
  environment: Record<string, string>;
  /** What starts it with other rights, and what an end of that means before the helper has greeted; null: what any end does. */
  through?: { words: readonly string[]; ending(ending: Ending): Failure | null };
  /** How long the helper may take to answer `hello`. */
  helloDeadline: number;
  /** Pauses before each automatic start in a row; after the last one only the person starts it. */
  pauses: readonly number[];
  /** A helper that lived so long starts the row of pauses anew. */
  healthy: number;
  /** How long it may take to finish: before a restart it is then killed, at the app's end it is then left alone. */
  grace: number;
}

export const HELPER_DEFAULTS = {
  helloDeadline: 30_000,
  pauses: [2_000, 4_000, 8_000, 16_000],
  healthy: 30_000,
  grace: 3_000,
} as const;

export interface HelperEvents {
  status(status: HelperStatus): void;
  sessions(value: Notification<"sessions">): void;
  feed(value: Notification<"feed">): void;
  /** `value.request` is the ticket. */
  progress(value: Notification<"progress">): void;
}

interface Run {
  process: HelperProcess;
  client: RpcClient;
  born: number;
  /** Why we end it, when it is we who do. */
  verdict: Failure | null;
}

/** What a ticket stands for. */
interface Asked {
  /** The request's number; null: it waits to be sent. */
  id: number | null;
  isGivenUp: boolean;
}

/** How to attach a terminal to a session: a program to run on a pty. */
export interface TerminalCommand {
  file: string;
  args: string[];
  environment: Record<string, string>;
  /** Where it is started; `/` when left out. */
  cwd?: string;
}

export class Helper {
  readonly #options: HelperOptions;
  readonly #events: HelperEvents;
  #status: HelperStatus = { state: "starting" };
  #run: Run | null = null;
  #tries = 0;
  #timer: NodeJS.Timeout | null = null;
  #closing = false;
  #settled: Promise<void> = Promise.resolve();
  #restarting: Promise<void> | null = null;
  readonly #asked = new Map<number, Asked>();
  readonly #ticketById = new Map<number, number>();
  readonly #relays = new Relays();

  constructor(options: HelperOptions, events: HelperEvents) {
    this.#options = options;
    this.#events = events;
  }

  get status(): HelperStatus {
    return this.#status;
  }

  /** Starts the helper; `status` events tell how that goes. */
  start(): void {
    this.#settled = this.#launch();
  }

  /** Ends the helper that runs, if any, and starts a new one at once. Calls that overlap are one restart. */
  restart(): Promise<void> {
    this.#restarting ??= this.#restart().finally(() => (this.#restarting = null));
    return this.#restarting;
  }

  /** Asks the helper to finish. A commit that takes longer than the grace is never cut off: it ends without us. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#stopTimer();
    // What asks for a password does not listen, and nothing has begun: its question goes with the app.
    const isAsking = this.#options.through !== undefined && this.#status.state === "starting";
    const process = this.#release();
    await (isAsking ? process?.finish(0) : process?.leave(this.#options.grace));
  }

  /**
   * Asks the helper; waits for it while it is starting, and for what to ask. With a ticket, progress is told and `cancel` works,
   * from now on: a commit that was given up while it waited is never sent.
   */
  async request<M extends Method>(
    method: M,
    params: Params<M> | Promise<Params<M>>,
    ticket?: number,
  ): Promise<Result<M>> {
    const asked: Asked = { id: null, isGivenUp: false };
    const isTaken = ticket !== undefined && this.#asked.has(ticket);
    if (ticket !== undefined && !isTaken) this.#asked.set(ticket, asked);
    try {
      const [what] = await Promise.all([params, this.#settled]);
      if (isTaken) throw fail("bad-request", APP_ERRORS.ticketTaken(ticket));
      if (asked.isGivenUp) throw fail("cancelled", APP_ERRORS.notBegun);
      const run = this.#run;
      if (run === null || this.#status.state !== "ready") throw new Failure(this.#goneError());
      const { id, result } = run.client.request(method, what);
      asked.id = id;
      // After forgetTickets() the ticket may be another request's by now.
      if (ticket !== undefined && this.#asked.get(ticket) === asked) this.#ticketById.set(id, ticket);
      return await result;
    } finally {
      if (ticket !== undefined && this.#asked.get(ticket) === asked) this.#asked.delete(ticket);
      if (asked.id !== null) this.#ticketById.delete(asked.id);
    }
  }

  /** Frees all tickets, for a new page that counts from one again. What they were for goes on, untold. */
  forgetTickets(): void {
    this.#asked.clear();
    this.#ticketById.clear();
  }

  /** Gives up the request with this ticket; one that has ended already is no error. */
  cancel(ticket: number): void {
    const asked = this.#asked.get(ticket);
    if (asked === undefined) return;
    asked.isGivenUp = true;
    if (asked.id !== null) this.#run?.client.cancel(asked.id);
  }

  /** Runs a command of the helper's for whoever has not the rights to. */
  async openRelay(params: Params<"relays.open">, events: RelayEvents): Promise<Relay> {
    await this.#settled;
    const run = this.#run;
    if (run === null || this.#status.state !== "ready") throw new Failure(this.#goneError());
    return this.#relays.open(run.client, params, events);
  }

  /** Returns the command that joins a pty to what the terminal is to show. */
  async terminalCommand(session: string, what: TerminalOf): Promise<TerminalCommand> {
    const file = await this.#options.locate();
    const { environment } = this.#options;
    if (typeof what !== "object") {
      const verb = what === "program" ? ["attach", "--unasked"] : ["inspect"];
      return { file, args: [...verb, "--", session], environment };
    }
    if ("runs" in what) {
      const args = ["attach", "--unasked", "--program", String(what.runs), "--", session];
      return { file, args, environment };
    }
    const { SHELL = "" } = environment;
    const words = what.run.length > 0 ? what.run : [SHELL === "" ? "/bin/sh" : SHELL];
    return { file, args: ["enter", "--unasked", "--", session, ...words], environment, cwd: what.cwd };
  }

  /** Writes a session's changes to a file, by the command line: the file is the person's own. */
  async exportTo(session: string, form: "tar" | "patch", file: string, signal: AbortSignal): Promise<void> {
    const program = await this.#options.locate();
    const words = form === "tar" ? ["export", "-o", "-", "--", session] : ["diff", "--", session];
    await runToFile([program, ...words], this.#options.environment, file, signal);
  }

  async #restart(): Promise<void> {
    this.#tries = 0;
    this.#stopTimer();
    await this.#settled;
    await this.#release()?.finish(this.#options.grace);
    this.#stopTimer();
    this.start();
    await this.#settled;
  }

  async #launch(): Promise<void> {
    this.#setStatus({ state: "starting" });
    try {
      const path = await this.#options.locate();
      // Nobody would end a helper that is started after the app has begun to close.
      if (this.#closing) return;
      const words = [...(this.#options.through?.words ?? []), path];
      const process = startHelper(words, this.#options.environment);
      const run: Run = { process, client: this.#connect(process), born: Date.now(), verdict: null };
      this.#run = run;
      void process.ended.then((ending) =>
        this.#onGone(run, (isRestarted) => run.verdict ?? this.#ended(ending, isRestarted)),
      );
      await this.#greet(run);
    } catch (thrown) {
      // A death was reported by #onGone; here are helpers that are missing, or alive and unusable.
      if (this.#status.state === "starting") this.#setStatus({ state: "gone", error: toSeeError(thrown) });
    }
  }

  #connect(process: HelperProcess): RpcClient {
    return new RpcClient(process.input, process.output, {
      sessions: (value) => this.#events.sessions(value),
      feed: (value) => this.#events.feed(value),
      progress: (value) => this.#tellProgress(value),
      relay: (value) => this.#relays.data(value),
      "relay-end": (value) => this.#relays.end(value),
      fault: (failure) => this.#giveUp(failure),
    });
  }

  async #greet(run: Run): Promise<void> {
    const late = fail("helper-gone", APP_ERRORS.helperSilent);
    const timer = setTimeout(() => this.#condemn(late), this.#options.helloDeadline);
    try {
      const hello = await run.client.request("hello", { protocol: PROTOCOL_VERSION }).result;
      if (hello.protocol !== PROTOCOL_VERSION) throw mismatch(hello.protocol);
      if (this.#run !== run) return;
      const { version, mode, store } = hello;
      this.#setStatus({ state: "ready", version, mode, store });
    } catch (thrown) {
      // It said no: asking again would only get the same answer, so it is not started again by itself.
      if (this.#run === run && run.verdict === null) {
        this.#tries = this.#options.pauses.length;
        this.#condemn(thrown instanceof Failure ? thrown : new Failure(toSeeError(thrown)));
      }
      await run.process.ended;
      throw thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends a helper that cannot be used. */
  #condemn(failure: Failure): void {
    const run = this.#run;
    if (run === null || run.verdict !== null) return;
    run.verdict = failure;
    run.client.close(failure);
    run.process.kill();
  }

  /**
   * Lets go of a helper that broke the contract. What it is at may be a commit of a session that has nothing to do with the
   * fault: that it finishes alone, as at the app's end.
   */
  #giveUp(failure: Failure): void {
    if (this.#status.state !== "ready") {
      this.#condemn(failure);
      return;
    }
    const run = this.#run;
    if (run === null || run.verdict !== null) return;
    run.verdict = failure;
    run.client.close(failure);
    void run.process.leave(this.#options.grace).then(() => this.#onGone(run, () => failure));
  }

  #ended(ending: Ending, isRestarted: boolean): Failure {
    const refused = this.#status.state === "starting" ? this.#options.through?.ending(ending) : null;
    return refused ?? died(ending, isRestarted);
  }

  #onGone(run: Run, why: (isRestarted: boolean) => Failure): void {
    if (this.#run !== run) return;
    this.#run = null;
    if (Date.now() - run.born >= this.#options.healthy) this.#tries = 0;
    const pause = this.#options.pauses[this.#tries];
    const failure = why(pause !== undefined);
    run.client.close(failure);
    this.#relays.endAll();
    if (this.#closing) return;
    this.#setStatus({ state: "gone", error: failure.error });
    if (pause === undefined) return;
    this.#tries += 1;
    this.#timer = setTimeout(() => this.start(), pause);
  }

  /** Lets go of the helper that runs, if any, and returns its process for the caller to end. */
  #release(): HelperProcess | null {
    const run = this.#run;
    if (run === null) return null;
    this.#run = null;
    run.client.close(fail("helper-gone", APP_ERRORS.helperEnding));
    this.#relays.endAll();
    return run.process;
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #setStatus(status: HelperStatus): void {
    this.#status = status;
    if (!this.#closing) this.#events.status(status);
  }

  #goneError(): SeeError {
    if (this.#status.state === "gone") return this.#status.error;
    return fail("helper-gone", APP_ERRORS.helperGone).error;
  }

  #tellProgress(progress: Notification<"progress">): void {
    const ticket = this.#ticketById.get(progress.request);
    // Progress of a request without a ticket has nobody who waits for it.
    if (ticket !== undefined) this.#events.progress({ ...progress, request: ticket });
  }
}

function mismatch(theirs: number): Failure {
  return fail("protocol-mismatch", APP_ERRORS.helperMismatch(theirs, PROTOCOL_VERSION), {
    theirs,
    ours: PROTOCOL_VERSION,
  });
}

function died(ending: Ending, again: boolean): Failure {
  const how =
    ending.startError !== undefined
      ? HELPER_ENDINGS.unstarted(ending.startError.message)
      : ending.signal !== null
        ? HELPER_ENDINGS.signal(ending.signal)
        : HELPER_ENDINGS.status(ending.status);
  const words: Record<string, string> = ending.words.length === 0 ? {} : { stderr: ending.words.join("\n") };
  return fail("helper-gone", APP_ERRORS.helperDied(how, again), words);
}
