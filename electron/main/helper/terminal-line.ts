// What a terminal of the page is joined to: a local pty on which a command runs, or a command that the helper runs for us.
import { stat } from "node:fs/promises";
import { APP_ERRORS } from "../../../texts/app-errors.js";
import { fail, reasonOf } from "../failure.js";
import type { TerminalCommand } from "./helper.js";
import { readPty } from "./pty-reading.js";
import type { Relay, RelayEvents } from "./relays.js";

export interface LineEvents {
  data(bytes: Uint8Array): void;
  /** 128+signal when a signal ended it. */
  exit(status: number): void;
}

/** What a command that the helper runs tells besides: it says how it ended. */
interface RelayLineEvents extends Pick<LineEvents, "data"> {
  exit(status: number, said: string): void;
}

export interface Line {
  write(text: string): void;
  resize(rows: number, cols: number): void;
  pause(): void;
  resume(): void;
  /** Hangs up. */
  close(): void;
  kill(): void;
}

/** Starts a command on a local pty. */
export async function ptyLine(
  command: TerminalCommand,
  rows: number,
  cols: number,
  events: LineEvents,
): Promise<Line> {
  const cwd = await directoryOr(command.cwd, "/");
  // Loaded here and not at start-up: the first window needs no native module.
  const { spawn } = await import("node-pty");
  try {
    const pty = spawn(command.file, command.args, {
      name: "xterm-256color",
      rows,
      cols,
      cwd,
      env: command.environment,
      // Bytes, not text: a character may be cut between two reads.
      encoding: null,
    });
    const reading = readPty(pty, (bytes) => events.data(bytes));
    pty.onExit(({ exitCode, signal }) =>
      events.exit(signal === undefined || signal === 0 ? exitCode : 128 + signal),
    );
    return {
      write: (text) => pty.write(text),
      resize: (height, width) => {
        try {
          pty.resize(width, height);
        } catch (error) {
          // It has been closed by its other end just now, which is told next.
          if (!String(error).includes("EBADF")) throw error;
        }
      },
      ...reading,
      close: () => pty.kill("SIGHUP"),
      kill: () => pty.kill("SIGKILL"),
    };
  } catch (cause) {
    throw fail("io", APP_ERRORS.noTerminal(reasonOf(cause)), undefined, cause);
  }
}

/** Joins a relay, which `open` begins. While it is paused it is not told that anything was seen: then no more comes. */
export async function relayLine(
  open: (events: RelayEvents) => Promise<Relay>,
  events: RelayLineEvents,
): Promise<Line> {
  let relay: Relay | null = null;
  let paused = false;
  let untold = 0;
  const tell = (): void => {
    if (paused || untold === 0 || relay === null) return;
    relay.seen(untold);
    untold = 0;
  };
  relay = await open({
    data: (bytes) => {
      events.data(bytes);
      untold += bytes.length;
      tell();
    },
    end: (status, said) => events.exit(status, said),
  });
  tell();
  const joined = relay;
  return {
    write: (text) => joined.write(text),
    resize: (rows, cols) => joined.resize(rows, cols),
    pause: () => (paused = true),
    resume: () => {
      paused = false;
      tell();
    },
    close: () => joined.close(),
    // Whoever runs it cannot be killed from here, and need not be.
    kill: () => events.exit(1, ""),
  };
}

/** Returns the directory, or another one when it is not there: no program starts in a place that is gone. */
async function directoryOr(path: string | undefined, other: string): Promise<string> {
  if (path === undefined) return other;
  return stat(path).then(
    (facts) => (facts.isDirectory() ? path : other),
    () => other,
  );
}
