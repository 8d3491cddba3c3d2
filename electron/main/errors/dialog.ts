// The native dialog for the one case where no page can speak: the app cannot start at all.
import { dialog } from "electron";
import type { ErrorCode, SeeError } from "../../../protocol/src/errors.js";

/** Returns the dialog's heading for an error. The switch has no default: a new code must find its words here. */
export function heading(code: ErrorCode): string {
  switch (code) {
    case "helper-gone":
      return "Alcatraz's helper does not run";
    case "protocol-mismatch":
      return "App and helper do not fit together";
    case "store-unusable":
    case "store-too-new":
      return "The store of sessions cannot be opened";
    case "no-user-namespaces":
    case "cannot-isolate":
      return "This machine cannot isolate programs";
    case "disk-full":
      return "The disk is full";
    case "read-only-target":
    case "permission-denied":
    case "io":
      return "A file that Alcatraz needs cannot be used";
    case "command-not-found":
    case "command-not-executable":
    case "no-such-user":
      return "The program cannot be run";
    case "no-such-session":
    case "ambiguous-session":
    case "name-taken":
    case "wrong-state":
    case "session-busy":
      return "The session cannot be used";
    case "no-such-change":
    case "conflicts":
    case "selection-needs":
    case "no-such-commit":
    case "not-undoable":
    case "rolled-back":
    case "recovery-needed":
      return "The changes cannot be committed";
    case "bad-request":
    case "unknown-method":
    case "cancelled":
    case "internal":
      return "Alcatraz cannot start";
  }
}

/** Says on stderr and in a dialog why the app cannot start; returns when the person has read it. */
export function showFatal({ code, message, hint }: SeeError): void {
  process.stderr.write(`alcatraz: ${message} ${hint}\n`);
  dialog.showErrorBox(heading(code), `${message}\n\n${hint}`);
}
