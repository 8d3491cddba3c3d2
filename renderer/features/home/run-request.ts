// What a person may choose beside the command, and what the helper is asked for then. Pure.
import type { Net } from "../../../protocol/src/net.js";
import type { Display, Policy, Reads, RunRequest } from "../../../protocol/src/session.js";
import { parseSize } from "../../ui/format.js";
import { readDetours, readPorts } from "./network-model.js";

export interface Choices {
  name: string;
  asRoot: boolean;
  net: Net;
  lan: boolean;
  /** Pairs of ports, as they were typed. */
  ports: string;
  /** Pairs of places, as they were typed. */
  detours: string;
  /** Places, one a line. */
  hide: string;
  /** Sizes as typed; empty for no limit of one's own. */
  quota: string;
  memory: string;
  reads: Reads;
  display: Display;
}

export const NO_CHOICES: Readonly<Choices> = {
  name: "",
  asRoot: false,
  net: "none",
  lan: false,
  ports: "",
  detours: "",
  hide: "",
  quota: "",
  memory: "",
  reads: "opens",
  display: "auto",
};

export type WrongField = "hide" | "quota" | "memory" | "ports" | "detours";

/** Which of the fields hold something that cannot be understood. */
export function wrongFields(choices: Readonly<Choices>): WrongField[] {
  const wrong: WrongField[] = [];
  if (places(choices.hide).some((path) => !/^(\/|~(\/|$))/.test(path))) wrong.push("hide");
  if (choices.quota.trim() !== "" && parseSize(choices.quota) === null) wrong.push("quota");
  if (choices.memory.trim() !== "" && parseSize(choices.memory) === null) wrong.push("memory");
  if ("wrong" in readPorts(choices.ports)) wrong.push("ports");
  if ("wrong" in readDetours(choices.detours)) wrong.push("detours");
  return wrong;
}

/** Returns only the choices of a larger state. */
export function picked(state: Readonly<Choices>): Choices {
  const { name, asRoot, net, lan, ports, detours, hide, quota, memory, reads, display } = state;
  return { name, asRoot, net, lan, ports, detours, hide, quota, memory, reads, display };
}

/** Returns the request; null as `cwd`: the home folder. */
export function runRequest(command: string[], cwd: string | null, choices: Readonly<Choices>): RunRequest {
  const request: RunRequest = { command };
  const name = choices.name.trim();
  if (cwd !== null) request.cwd = cwd;
  if (name !== "") request.name = name;
  if (choices.asRoot) request.as = "root";
  const policy = policyOf(choices);
  if (Object.keys(policy).length > 0) request.policy = policy;
  return request;
}

/** Returns what differs from the usual. */
function policyOf(choices: Readonly<Choices>): Partial<Policy> {
  const policy: Partial<Policy> = {};
  const hide = places(choices.hide);
  const quota = parseSize(choices.quota);
  const memory = parseSize(choices.memory);
  const redirect = readPorts(choices.ports);
  const connect = readDetours(choices.detours);
  if (choices.net !== "none") {
    policy.net = choices.net;
    if (choices.lan) policy.lan = true;
  }
  if (!("wrong" in redirect) && redirect.length > 0) policy.redirect = redirect;
  if (!("wrong" in connect) && connect.length > 0) policy.connect = connect;
  if (choices.reads !== NO_CHOICES.reads) policy.reads = choices.reads;
  if (choices.display !== "none") policy.display = choices.display;
  if (hide.length > 0) policy.hide = hide.map((path) => ({ path }));
  if (quota !== null) policy.quota = quota;
  if (memory !== null) policy.memory = memory;
  return policy;
}

function places(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}
