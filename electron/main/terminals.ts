// Terminals of SEEs: on each runs `alcatraz attach`, `inspect` or `enter`. Bytes pass through unread; what they mean is the page's
// terminal emulator's business.
import { APP_ERRORS } from "../../texts/app-errors.js";
import type { TerminalOf } from "../../protocol/src/bridge.js";
import { fail } from "./failure.js";
import { FloodGate } from "./flood-gate.js";
import type { Line, LineEvents } from "./helper/terminal-line.js";

/** Joins a terminal of this size to what it is to show of a session. */
type OpenLine = (
  session: string,
  what: TerminalOf,
  size: { rows: number; cols: number },
  events: LineEvents,
) => Promise<Line>;

export interface TerminalEvents {
  data(terminal: number, bytes: Uint8Array): void;
  exit(terminal: number, status: number): void;
}

interface Terminal {
  line: Line;
  gate: FloodGate;
}

/** More than a person opens; a page with a bug must not use up the machine's ptys. */
const TERMINAL_LIMIT = 32;

export class Terminals {
  readonly #line: OpenLine;
  readonly #events: TerminalEvents;
  readonly #open = new Map<number, Terminal>();
  /** Lines whose program has not ended yet, closed ones too. */
  readonly #alive = new Map<Line, Promise<void>>();
  #next = 1;
  #opening = 0;
  /** Counts pages, so that none gets a terminal after it has left. */
  #page = 0;

  constructor(line: OpenLine, events: TerminalEvents) {
    this.#line = line;
    this.#events = events;
  }

  /** Opens a terminal on a session and returns its number. */
  async open(session: string, what: TerminalOf, rows: number, cols: number): Promise<number> {
    const page = this.#page;
    if (this.#open.size + this.#opening >= TERMINAL_LIMIT) {
      throw fail("io", APP_ERRORS.manyTerminals(TERMINAL_LIMIT));
    }
    const id = this.#next;
    this.#next += 1;
    let line: Line | null = null;
    const gate = new FloodGate({
      deliver: (batch) => this.#events.data(id, batch),
      pause: () => line?.pause(),
      resume: () => line?.resume(),
    });
    // Until the page has the number, what comes is held back.
    let held: (() => void)[] | null = [];
    const then = (what: () => void): void => {
      if (held === null) what();
      else held.push(what);
    };
    let ended = (): void => undefined;
    this.#opening += 1;
    const opened = await this.#line(
      session,
      what,
      { rows, cols },
      {
        data: (bytes) => then(() => gate.push(bytes)),
        exit: (status) =>
          then(() => {
            if (line !== null) this.#alive.delete(line);
            ended();
            gate.flush();
            if (this.#open.delete(id)) this.#events.exit(id, status);
          }),
      },
    ).finally(() => (this.#opening -= 1));
    line = opened;
    this.#alive.set(opened, new Promise((resolve) => (ended = resolve)));
    this.#open.set(id, { line: opened, gate });
    setImmediate(() => {
      const first = held ?? [];
      held = null;
      for (const tell of first) tell();
    });
    if (page !== this.#page) {
      this.close(id);
      throw fail("cancelled", APP_ERRORS.pageGone);
    }
    return id;
  }

  /** Types into the terminal. One that has ended meanwhile takes nothing, as a real one would. */
  write(id: number, data: string): void {
    this.#open.get(id)?.line.write(data);
  }

  resize(id: number, rows: number, cols: number): void {
    this.#open.get(id)?.line.resize(rows, cols);
  }

  /** The page has drawn so many bytes. */
  seen(id: number, count: number): void {
    this.#open.get(id)?.gate.seen(count);
  }

  /** Detaches: the program in the SEE runs on; an inspection ends. */
  close(id: number): void {
    const terminal = this.#open.get(id);
    this.#open.delete(id);
    terminal?.line.close();
  }

  /** Closes all: the page that showed them is gone. */
  closeAll(): void {
    this.#page += 1;
    for (const id of this.#open.keys()) this.close(id);
  }

  /**
   * Closes all and waits until their programs have ended, at most `grace` milliseconds before they are killed.
   * The app must not end earlier: node-pty tells of an end into a runtime that is gone, and that is a crash.
   */
  async end(grace: number): Promise<void> {
    this.closeAll();
    const ended = Promise.all(this.#alive.values());
    const kill = setTimeout(() => {
      for (const line of this.#alive.keys()) line.kill();
    }, grace);
    await ended;
    clearTimeout(kill);
  }
}
