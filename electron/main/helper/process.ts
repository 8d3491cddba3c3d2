// One running `alcatraz serve`: its streams, its last words and how it ended.
import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { escapeText } from "../../../protocol/src/escape.js";

/** How a helper process came to its end. `words` are its last lines on stderr, safe to show. */
export interface Ending {
  status: number | null;
  signal: string | null;
  /** Why it could not be started at all. */
  startError?: Error;
  words: string[];
}

export interface HelperProcess {
  input: Readable;
  output: Writable;
  ended: Promise<Ending>;
  /** Closes its stdin, which is how it is asked to finish; after `grace` milliseconds it is killed. */
  finish(grace: number): Promise<void>;
  /** Closes its stdin and waits up to `grace` milliseconds; what it has not finished by then it finishes alone. */
  leave(grace: number): Promise<void>;
  kill(): void;
}

const LAST_LINES = 12;
const LONGEST_LINE = 400;
/** How long the streams may stay open after the process ended (a child of it may hold them), in milliseconds. */
const DRAIN = 2_000;

/** Collects the last lines of a stream and passes all of it on to our own stderr, escaped. */
function listen(stream: Readable): string[] {
  const lines: string[] = [];
  let open = "";
  stream.setEncoding("utf8");
  const take = (line: string): void => {
    const safe = escapeText(line).slice(0, LONGEST_LINE);
    process.stderr.write(`helper: ${safe}\n`);
    lines.push(safe);
    if (lines.length > LAST_LINES) lines.shift();
  };
  stream.on("data", (chunk: string) => {
    const parts = (open + chunk).split("\n");
    open = (parts.pop() ?? "").slice(0, LONGEST_LINE);
    for (const part of parts) if (part !== "") take(part);
  });
  stream.on("end", () => {
    if (open !== "") take(open);
  });
  return lines;
}

/** Starts the helper. It lives in a session of its own: Ctrl-C at the app's terminal must not cut a commit short. */
export function startHelper(command: readonly string[], environment: Record<string, string>): HelperProcess {
  const [file = "", ...args] = command;
  const child = spawn(file, [...args, "serve"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environment,
    detached: true,
  });
  const words = listen(child.stderr);
  // The end of the process says more than a write that failed because of it.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<Ending>((resolve) => {
    // Not only once: what is root's cannot be killed from here, and each try says so.
    child.on("error", (startError) => {
      if (child.pid === undefined) resolve({ status: null, signal: null, startError, words });
    });
    child.once("exit", (status, signal) => {
      const drained = new Promise<void>((done) => child.once("close", () => done()));
      void Promise.race([drained, delay(DRAIN)]).then(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ status, signal, words });
      });
    });
  });
  const leave = async (grace: number): Promise<void> => {
    child.stdin.end();
    await Promise.race([ended, delay(grace)]);
  };
  /** Tells whether there was something to kill and it could be. Root's helper hears that nobody listens, and ends by itself. */
  const kill = (): boolean => {
    const killed = child.kill("SIGKILL");
    if (!killed) {
      child.stdin.destroy();
      child.stdout.destroy();
    }
    return killed;
  };
  return {
    input: child.stdout,
    output: child.stdin,
    ended,
    async finish(grace) {
      await leave(grace);
      if (kill()) await ended;
    },
    leave,
    kill: () => void kill(),
  };
}
