// Programs beside the helper: what the person's desktop shows files with, and the command line writing to a file.
import { spawn } from "node:child_process";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { APP_ERRORS, REASONS, refusalWords } from "../../../texts/app-errors.js";
import { escapeText } from "../../../protocol/src/escape.js";
import { fail, type Failure, reasonOf } from "../failure.js";

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
      child.once("exit", (status) => {
        clearTimeout(timer);
        if (status === 0 || status === null) resolve();
        else reject(fail("bad-request", APP_ERRORS.endedAtOnce(escapeText(file), status)));
      });
    });
  });
}

/** Runs a command and puts what it prints into a file: whole, or not at all. */
export function runToFile(
  words: readonly string[],
  environment: Record<string, string>,
  target: string,
): Promise<void> {
  const [file = "", ...args] = words;
  return toFile(target, async ({ fd }) => {
    let said = "";
    const child = spawn(file, args, { stdio: ["ignore", fd, "pipe"], env: environment });
    child.stderr?.setEncoding("utf8");
    child.stderr?.on("data", (text: string) => (said = (said + text).slice(0, LONGEST)));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (status !== 0) throw new Error(escapeText(said.trim()) || REASONS.status(status));
  });
}

/** Writes a file: whole, or not at all. */
export async function toFile(target: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const part = `${target}.part`;
  // Before all else: only what was made here is ever removed again.
  const handle = await open(part, "wx", 0o644).catch((cause: unknown) => {
    throw refused(target, cause);
  });
  try {
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, target);
  } catch (cause) {
    await rm(part, { force: true });
    throw failed(target, cause);
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
