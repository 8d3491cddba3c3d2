// A command on one line: of paths in it only the names at their ends, for those tell commands apart; whole on hover.
import type { ReactElement } from "react";
import { displayCommand } from "./escape.js";
import { shortCommand } from "./short-command.js";

export function CommandText({ command }: { command: readonly string[] }): ReactElement {
  const whole = displayCommand(command);
  return <span title={whole}>{shortCommand(whole)}</span>;
}
