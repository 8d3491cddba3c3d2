// What the helper is asked for when something is run. Pure.
import type { Net, Redirect } from "../../../protocol/src/net.js";
import type { RunRequest } from "../../../protocol/src/session.js";

/** What a person may choose in the form beside the command. */
export interface Choices {
  name: string;
  asRoot: boolean;
  net: Net;
  lan: boolean;
  redirect: Redirect[];
}

export const NO_CHOICES: Readonly<Choices> = {
  name: "",
  asRoot: false,
  net: "none",
  lan: false,
  redirect: [],
};

/** Returns the request; null as `cwd`: the home folder. */
export function runRequest(command: string[], cwd: string | null, choices: Readonly<Choices>): RunRequest {
  const request: RunRequest = { command };
  const name = choices.name.trim();
  if (cwd !== null) request.cwd = cwd;
  if (name !== "") request.name = name;
  if (choices.asRoot) request.as = "root";
  const policy: NonNullable<RunRequest["policy"]> = {};
  if (choices.net !== "none") {
    policy.net = choices.net;
    if (choices.lan) policy.lan = true;
  }
  if (choices.redirect.length > 0) policy.redirect = choices.redirect;
  if (Object.keys(policy).length > 0) request.policy = policy;
  return request;
}
