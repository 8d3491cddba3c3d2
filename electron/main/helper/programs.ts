// Programs beside the helper: what the person's desktop shows files with, and the command line writing to a file.
import { spawn } from "node:child_process";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { APP_ERRORS, REASONS, refusalWords } from "../../../texts/app-errors.js";
import { escapeText } from "../../../protocol/src/escape.js";
import { fail, type Failure, reasonOf } from "../failure.js";
import { writeWhole } from "../whole-file.js";

/** What a command may say before it is cut, in characters. */
const LONGEST = 2000;

/** What opens a file may end at once because it has handed it over, or because it cannot: so long it is looked at. */
const LOOKED_AT = 3000;

/**
 * Starts a program of the person's and lets it go; fails when it cannot be started, and where it is `looked` at also when it
 * ends in failure at once.
 */
export function startProgram(
  words: readonly string[],
  environment: Record<string, string>,
  looked: boolean,
): Promise<void> {
  const [file = "", ...args] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "ignore", detached: true, env: environment, cwd: "/" });
    child.once("error", (cause) => {
      reject(fail("bad-request", APP_ERRORS.notStarted(escapeText(file), cause.message), undefined, cause));
    });
    child.once("spawn", () => {
      child.unref();
      if (!looked) return resolve();
      const timer = setTimeout(resolve, LOOKED_AT);
      child.once("exit", (status, signal) => {
        clearTimeout(timer);
        if (status === 0) resolve();
        else reject(fail("bad-request", APP_ERRORS.endedAtOnce(escapeText(file), signal ?? status ?? 0)));
      });
    });
  });
}

/** Runs a command and puts what it prints into a file: whole, or not at all. The signal ends it. */
export function runToFile(
  words: readonly string[],
  environment: Record<string, string>,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const [file = "", ...args] = words;
  return toFile(target, async ({ fd }) => {
    let said = "";
    const child = spawn(file, args, {
      stdio: ["ignore", fd, "pipe"],
      env: environment,
      signal,
      killSignal: "SIGKILL",
    });
    child.stderr?.setEncoding("utf8");
    child.stderr?.on("data", (text: string) => (said = (said + text).slice(0, LONGEST)));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (status !== 0) throw new Error(escapeText(said.trim()) || REASONS.status(status));
  });
}

/** Writes a file: whole, or not at all. It is its owner's alone, as files may be that it holds. */
export async function toFile(target: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  let begun = false;
  try {
    await writeWhole(target, 0o600, (handle) => {
      begun = true;
      return write(handle);
    });
  } catch (cause) {
    throw begun ? failed(target, cause) : refused(target, cause);
  }
}

/** The file could not be made: the name that it works under is nobody's business. */
function refused(target: string, cause: unknown): Failure {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : reasonOf(cause);
  const said = APP_ERRORS.exportPlace(refusalWords(code), escapeText(dirname(target)));
  return fail("io", said, { file: target }, cause);
}

function failed(target: string, cause: unknown): Failure {
  return fail("io", APP_ERRORS.exportFailed(reasonOf(cause)), { file: target }, cause);
}
