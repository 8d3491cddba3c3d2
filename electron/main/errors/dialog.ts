// The native dialog for the one case where no page can speak: the app cannot start at all.
import { dialog } from "electron";
import type { SeeError } from "../../../protocol/src/errors.js";
import { FATAL_HEADINGS } from "../../../texts/errors.js";

/** Says on stderr and in a dialog why the app cannot start; returns when the person has read it. */
export function showFatal({ code, message, hint }: SeeError): void {
  process.stderr.write(`alcatraz: ${message} ${hint}\n`);
  dialog.showErrorBox(FATAL_HEADINGS[code], `${message}\n\n${hint}`);
}
