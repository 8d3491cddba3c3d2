// The native dialog for the one case where no page can speak: the app cannot start at all.
import { dialog } from "electron";
import type { ErrorCode, SeeError } from "../../../protocol/src/errors.js";

/** The dialog's heading for each error. The type asks for every code: a new one must find its words here. */
export const HEADINGS: Readonly<Record<ErrorCode, string>> = {
  "helper-gone": "Alcatraz's helper does not run",
  "protocol-mismatch": "App and helper do not fit together",
  "store-unusable": "The store of sessions cannot be opened",
  "store-too-new": "The store of sessions cannot be opened",
  "no-user-namespaces": "This machine cannot isolate programs",
  "cannot-isolate": "This machine cannot isolate programs",
  "disk-full": "The disk is full",
  "read-only-target": "A file that Alcatraz needs cannot be used",
  "permission-denied": "A file that Alcatraz needs cannot be used",
  io: "A file that Alcatraz needs cannot be used",
  "command-not-found": "The program cannot be run",
  "command-not-executable": "The program cannot be run",
  "no-such-user": "The program cannot be run",
  "no-such-session": "The session cannot be used",
  "ambiguous-session": "The session cannot be used",
  "name-taken": "The session cannot be used",
  "wrong-state": "The session cannot be used",
  "session-busy": "The session cannot be used",
  "no-such-change": "The changes cannot be committed",
  conflicts: "The changes cannot be committed",
  "selection-needs": "The changes cannot be committed",
  "no-such-commit": "The changes cannot be committed",
  "not-undoable": "The changes cannot be committed",
  "rolled-back": "The changes cannot be committed",
  "recovery-needed": "The changes cannot be committed",
  "bad-request": "Alcatraz cannot start",
  "unknown-method": "Alcatraz cannot start",
  cancelled: "Alcatraz cannot start",
  internal: "Alcatraz cannot start",
};

/** Says on stderr and in a dialog why the app cannot start; returns when the person has read it. */
export function showFatal({ code, message, hint }: SeeError): void {
  process.stderr.write(`alcatraz: ${message} ${hint}\n`);
  dialog.showErrorBox(HEADINGS[code], `${message}\n\n${hint}`);
}
