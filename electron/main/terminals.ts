// Terminals of SEEs: each a local pty on which `alcatraz attach`, `inspect` or `enter` runs. Bytes pass through unread;
// what they mean is the page's terminal emulator's business.
import { stat } from "node:fs/promises";
import type { IPty } from "node-pty";
import { APP_ERRORS } from "../../texts/app-errors.js";
import type { TerminalOf } from "../../protocol/src/bridge.js";
import { fail, reasonOf } from "./failure.js";
import { FloodGate } from "./flood-gate.js";
import type { TerminalCommand } from "./helper/helper.js";

type CommandOf = (session: string, what: TerminalOf) => Promise<TerminalCommand>;

export interface TerminalEvents {
  data(terminal: number, bytes: Uint8Array): void;
  exit(terminal: number, status: number): void;
}

interface Terminal {
  pty: IPty;
  gate: FloodGate;
}

/** More than a person opens; a page with a bug must not use up the machine's ptys. */
const TERMINAL_LIMIT = 32;

export class Terminals {
  readonly #command: CommandOf;
  readonly #events: TerminalEvents;
  readonly #open = new Map<number, Terminal>();
  /** Ptys whose program has not ended yet, closed ones too. */
  readonly #alive = new Map<IPty, Promise<void>>();
  #next = 1;
  /** Counts pages, so that none gets a terminal after it has left. */
  #page = 0;

  constructor(command: CommandOf, events: TerminalEvents) {
    this.#command = command;
    this.#events = events;
  }

  /** Opens a terminal on a session and returns its number. */
  async open(session: string, what: TerminalOf, rows: number, cols: number): Promise<number> {
    const page = this.#page;
    const command = await this.#command(session, what);
    const cwd = await directoryOr(command.cwd, "/");
    // Loaded here and not at start-up: the first window needs no native module.
    const { spawn } = await import("node-pty");
    if (this.#open.size >= TERMINAL_LIMIT) {
      throw fail("io", APP_ERRORS.manyTerminals(TERMINAL_LIMIT));
    }
    if (page !== this.#page) throw fail("cancelled", APP_ERRORS.pageGone);
    let pty: IPty;
    try {
      pty = spawn(command.file, command.args, {
        name: "xterm-256color",
        rows,
        cols,
        cwd,
        env: command.environment,
        // Bytes, not text: a character may be cut between two reads.
        encoding: null,
      });
    } catch (cause) {
      throw fail("io", APP_ERRORS.noTerminal(reasonOf(cause)), undefined, cause);
    }
    const id = this.#next;
    this.#next += 1;
    const gate = new FloodGate({
      deliver: (batch) => this.#events.data(id, batch),
      pause: () => pty.pause(),
      resume: () => pty.resume(),
    });
    this.#open.set(id, { pty, gate });
    // node-pty types its data as text; with `encoding: null` it is a Buffer.
    pty.onData((data: unknown) => {
      if (data instanceof Uint8Array) gate.push(data);
    });
    let ended = (): void => undefined;
    this.#alive.set(pty, new Promise((resolve) => (ended = resolve)));
    pty.onExit(({ exitCode, signal }) => {
      this.#alive.delete(pty);
      ended();
      gate.flush();
      if (!this.#open.delete(id)) return;
      this.#events.exit(id, signal === undefined || signal === 0 ? exitCode : 128 + signal);
    });
    return id;
  }

  /** Types into the terminal. One that has ended meanwhile takes nothing, as a real one would. */
  write(id: number, data: string): void {
    this.#open.get(id)?.pty.write(data);
  }

  resize(id: number, rows: number, cols: number): void {
    try {
      this.#open.get(id)?.pty.resize(cols, rows);
    } catch (error) {
      // It has been closed by its other end just now, which is told next.
      if (!String(error).includes("EBADF")) throw error;
    }
  }

  /** The page has drawn so many bytes. */
  seen(id: number, count: number): void {
    this.#open.get(id)?.gate.seen(count);
  }

  /** Detaches: the program in the SEE runs on; an inspection ends. */
  close(id: number): void {
    const terminal = this.#open.get(id);
    this.#open.delete(id);
    terminal?.pty.kill("SIGHUP");
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
      for (const pty of this.#alive.keys()) pty.kill("SIGKILL");
    }, grace);
    await ended;
    clearTimeout(kill);
  }
}

/** Returns the directory, or another one when it is not there: no program starts in a place that is gone. */
async function directoryOr(path: string | undefined, other: string): Promise<string> {
  if (path === undefined) return other;
  return stat(path).then(
    (facts) => (facts.isDirectory() ? path : other),
    () => other,
  );
}
