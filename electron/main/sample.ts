// The sample that Home offers when the app was started with one.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { APP_ERRORS } from "../../texts/app-errors.js";
import type { Sample } from "../../protocol/src/bridge.js";
import { fail, reasonOf } from "./failure.js";

/** The program that a sample directory is started by. */
const INSTALLER = "install.sh";

/** Returns what to run for a sample: a program, or a directory with an `install.sh` in it. */
export async function readSample(path: string): Promise<Sample> {
  try {
    const isDirectory = (await stat(path)).isDirectory();
    const program = isDirectory ? join(path, INSTALLER) : path;
    await access(program, constants.X_OK);
    return { name: basename(program), command: `./${quoteWord(basename(program))}`, cwd: dirname(program) };
  } catch (cause) {
    throw fail("command-not-found", APP_ERRORS.sample(reasonOf(cause), INSTALLER), { path }, cause);
  }
}

/** Returns the word quoted where a shell would read it otherwise. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
