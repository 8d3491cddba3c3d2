// Reads a pty to its end, also where the reading is paused meanwhile. By itself node-pty loses what a program says last: libuv
// takes the hang-up for the end though more than one read is left, and a paused pty is closed 200 ms after its program's end.
import { readSync } from "node:fs";
import type { IPty } from "node-pty";

/** Every so many milliseconds it is looked whether the program of a paused pty has ended. */
const LOOK = 50;
/** So much a kernel's pty gives at once, and more. */
const PART = 64 * 1024;

/** What node-pty has and does not declare. */
interface Inner {
  fd: number;
  on(event: "end", listener: () => void): void;
}

/** Tells all bytes that come from a pty. Returns what pauses that and goes on. */
export function readPty(
  pty: IPty,
  tell: (bytes: Uint8Array) => void,
): { pause: () => void; resume: () => void } {
  // node-pty types its data as text; with `encoding: null` it is a Buffer.
  pty.onData((data: unknown) => {
    if (data instanceof Uint8Array) tell(data);
  });
  const inner = pty as IPty & Inner;
  inner.on("end", () => {
    for (let rest = readRest(inner.fd); rest !== null; rest = readRest(inner.fd)) tell(rest);
  });
  let looking: NodeJS.Timeout | undefined;
  const resume = (): void => {
    clearInterval(looking);
    looking = undefined;
    pty.resume();
  };
  const pause = (): void => {
    pty.pause();
    // What is left once the program has ended is little, and is held by whoever asked for the pause.
    looking ??= setInterval(() => {
      if (hasEnded(pty.pid)) resume();
    }, LOOK);
  };
  return { pause, resume };
}

/** Returns what is left in a pty that was hung up, a part at a time; null at its end. The descriptor never waits. */
function readRest(fd: number): Uint8Array | null {
  const part = Buffer.alloc(PART);
  try {
    const length = readSync(fd, part);
    return length === 0 ? null : part.subarray(0, length);
  } catch {
    // A pty that was hung up ends with EIO.
    return null;
  }
}

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // Another user's is there all the same.
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
