// What the helper is asked for when something is run. Pure.
import type { RunRequest } from "../../../protocol/src/session.js";

/** What a person may choose in the form beside the command. */
export interface Choices {
  name: string;
  asRoot: boolean;
}

export const NO_CHOICES: Readonly<Choices> = { name: "", asRoot: false };

/** Returns the request; null as `cwd`: the home folder. */
export function runRequest(command: string[], cwd: string | null, choices: Readonly<Choices>): RunRequest {
  const request: RunRequest = { command };
  const name = choices.name.trim();
  if (cwd !== null) request.cwd = cwd;
  if (name !== "") request.name = name;
  if (choices.asRoot) request.as = "root";
  return request;
}
