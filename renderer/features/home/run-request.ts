// What a person may choose beside the command, and what the helper is asked for then. Pure.
import type { Net } from "../../../protocol/src/net.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import {
  AcceptedPromise,
  FEWEST_PROCESSES,
  type Clipboard,
  type Device,
  type Display,
  type Policy,
  type Reads,
  type RunRequest,
} from "../../../protocol/src/session.js";
import { parseSize } from "../../../texts/format.js";
import { readDetours, readPorts } from "./network-model.js";

export interface Choices {
  name: string;
  asRoot: boolean;
  /** Another user of this machine; empty for who runs the app. */
  user: string;
  net: Net;
  lan: boolean;
  /** Pairs of ports, as they were typed. */
  ports: string;
  /** Pairs of places, as they were typed. */
  detours: string;
  /** Places, one a line. */
  hide: string;
  show: string;
  /** Sizes and a number as typed; empty for no limit of one's own. */
  quota: string;
  floor: string;
  memory: string;
  processes: string;
  reads: Reads;
  display: Display;
  clipboard: Clipboard;
  gpu: boolean;
  sound: boolean;
  camera: boolean;
}

export const NO_CHOICES: Readonly<Choices> = {
  name: "",
  asRoot: false,
  user: "",
  net: "none",
  lan: false,
  ports: "",
  detours: "",
  hide: "",
  show: "",
  quota: "",
  floor: "",
  memory: "",
  processes: "",
  reads: "opens",
  display: "auto",
  clipboard: "none",
  gpu: false,
  sound: false,
  camera: false,
};

/** What was given to one command is not given to the next; what was taken from it stays taken. */
export const UNCHOSEN = {
  name: "",
  asRoot: false,
  user: "",
  net: "none",
  lan: false,
  ports: "",
  detours: "",
  show: "",
  display: "auto",
  clipboard: "none",
  gpu: false,
  sound: false,
  camera: false,
} satisfies Partial<Choices>;

/** The names of all choices. */
const NAMES = Object.keys(NO_CHOICES) as (keyof Choices)[];

export type WrongField = "hide" | "show" | "quota" | "floor" | "memory" | "processes" | "ports" | "detours";

/** Which of the fields hold something that cannot be understood. */
export function wrongFields(choices: Readonly<Choices>): WrongField[] {
  const wrong: WrongField[] = [];
  for (const field of ["hide", "show"] as const) {
    if (places(choices[field]).some((path) => !/^(\/|~(\/|$))/.test(path))) wrong.push(field);
  }
  for (const field of ["quota", "floor", "memory"] as const) {
    if (choices[field].trim() !== "" && parseSize(choices[field]) === null) wrong.push(field);
  }
  if (choices.processes.trim() !== "" && parseCount(choices.processes) === null) wrong.push("processes");
  if ("wrong" in readPorts(choices.ports)) wrong.push("ports");
  if ("wrong" in readDetours(choices.detours)) wrong.push("detours");
  return wrong;
}

/** Returns only the choices of a larger state. */
export function picked(state: Readonly<Choices>): Choices {
  return Object.fromEntries(NAMES.map((name) => [name, state[name]])) as unknown as Choices;
}

/** Tells whether one of these differs from the usual. */
export function isChosen(choices: Readonly<Choices>, names: readonly (keyof Choices)[]): boolean {
  return names.some((name) => choices[name] !== NO_CHOICES[name]);
}

/** Returns a number of processes; null when there is none. */
export function parseCount(text: string): number | null {
  const count = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : 0;
  return count < FEWEST_PROCESSES ? null : count;
}

interface Wanted {
  command: string[];
  /** Null: the home folder. */
  cwd: string | null;
  choices: Readonly<Choices>;
  accept: AcceptedPromise[];
}

/** Returns the request. */
export function runRequest({ command, cwd, choices, accept }: Wanted): RunRequest {
  const request: RunRequest = { command };
  const name = choices.name.trim();
  if (cwd !== null) request.cwd = cwd;
  if (name !== "") request.name = name;
  const user = choices.asRoot ? "root" : choices.user.trim();
  if (user !== "") request.as = user;
  const policy = policyOf(choices);
  if (accept.length > 0) policy.accept = accept;
  if (Object.keys(policy).length > 0) request.policy = policy;
  return request;
}

/** Returns the promise that a refused run can do without; null when it can be mended only. */
export function acceptable(error: SeeError): AcceptedPromise | null {
  return AcceptedPromise.safeParse(error.facts?.["promise"]).data ?? null;
}

/** Tells whether a run was refused for what was typed under the options. */
export function isOfOption(error: SeeError | null): boolean {
  return error?.facts?.["option"] !== undefined;
}

/** Returns what differs from the usual. */
function policyOf(choices: Readonly<Choices>): Partial<Policy> {
  const policy: Partial<Policy> = {};
  const hide = places(choices.hide);
  const quota = parseSize(choices.quota);
  const floor = parseSize(choices.floor);
  const memory = parseSize(choices.memory);
  const processes = parseCount(choices.processes);
  const show = places(choices.show);
  const devices = (["gpu", "sound", "camera"] satisfies Device[]).filter((device) => choices[device]);
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
  if (show.length > 0) policy.show = show.map((path) => ({ path }));
  if (choices.clipboard !== "none") policy.clipboard = choices.clipboard;
  if (devices.length > 0) policy.devices = devices;
  if (quota !== null) policy.quota = quota;
  if (floor !== null) policy.floor = floor;
  if (memory !== null) policy.memory = memory;
  if (processes !== null) policy.processes = processes;
  return policy;
}

function places(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}
