// The page's one way out: the bridge that the preload put on the window, and the numbers of its requests.
import type { SeeBridge } from "../protocol/src/bridge.js";

export const see: SeeBridge = window.see;

let lastTicket = 0;

/** Returns a number for a request that reports progress or can be cancelled. */
export function nextTicket(): number {
  lastTicket += 1;
  return lastTicket;
}
