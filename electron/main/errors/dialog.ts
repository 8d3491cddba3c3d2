// The native dialog for the one case where no page can speak: the app cannot start at all.
import { dialog } from "electron";
import type { SeeError } from "../../../protocol/src/errors.js";
import { errorText, FATAL_HEADINGS } from "../../../texts/errors.js";

/** Says on stderr and in a dialog why the app cannot start; returns when the person has read it. */
export function showFatal(error: SeeError): void {
  process.stderr.write(`alcatraz: ${error.message} ${error.hint}\n`);
  const { what, next, said } = errorText(error);
  const parts = [what, next, said ?? ""].filter((part) => part !== "");
  dialog.showErrorBox(FATAL_HEADINGS[error.code], parts.join("\n\n"));
}
