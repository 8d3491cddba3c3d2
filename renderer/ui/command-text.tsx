// A command on one line: beside arguments of paths only the names at their ends, for those tell commands apart; whole on hover.
import type { ReactElement } from "react";
import { displayCommand } from "./escape.js";
import { shortCommand } from "./short-command.js";

export function CommandText({ command }: { command: readonly string[] }): ReactElement {
  const whole = displayCommand(command);
  return <span title={whole}>{command.length === 1 ? whole : shortCommand(whole)}</span>;
}
