// What only a shell understands, and the command that gives it to one. Pure.
import type { SeeError } from "../../../protocol/src/errors.js";
import { quoteWord } from "../../ui/escape.js";

/** Tells whether a line was refused because it is for a shell. */
export function isForShell(error: SeeError): boolean {
  return error.facts?.["needs"] === "shell";
}

/** Returns the command that has a shell run this, whatever it is. */
export function shellLine(typed: string): string {
  return `sh -c ${quoteWord(typed.trim())}`;
}

/** Tells whether a file was not run because nobody has marked it as a program. */
export function isNotMarked(error: SeeError): boolean {
  return error.reason === "not-marked";
}

/** Returns the line that has a shell read a file that is not marked as a program. */
export function withShell(command: readonly string[]): string {
  return ["sh", ...command].map(quoteWord).join(" ");
}

/** Returns the line that marks a file as a program first: in the session, where that is a change like any other. */
export function marked(command: readonly string[]): string {
  return `${MARKED} ${command.map(quoteWord).join(" ")}`;
}

/** What comes first is the file, what follows its arguments. */
const MARKED = `sh -c 'chmod u+x "$0" && exec "$0" "$@"'`;
