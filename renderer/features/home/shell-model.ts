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
