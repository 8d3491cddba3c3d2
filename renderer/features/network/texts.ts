// The words of the list of what a session tried with the network.
import type { NetworkTry } from "../../../protocol/src/log.js";

const ACTIONS: Readonly<Record<NetworkTry["action"], string>> = {
  bind: "listen on",
  connect: "connect to",
  send: "send to",
};
const VERDICTS: Readonly<Record<NetworkTry["verdict"], string>> = {
  local: "inside",
  allowed: "allowed",
  refused: "refused",
  redirected: "redirected",
};

export const TEXTS = {
  title: "Network",
  loading: "Reading what was tried",
  empty: "No program of this session has tried to use the network.",
  incomplete: "There was more than could be recorded.",
  count: (n: number): string => (n === 1 ? "1 place" : `${n} places`),
  time: "First tried",
  what: "What",
  verdict: "Verdict",
  program: "Program",
  instead: (place: string): string => `to ${place}`,
  actions: ACTIONS,
  verdicts: VERDICTS,
} as const;
