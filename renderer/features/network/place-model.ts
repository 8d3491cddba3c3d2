// How a try with the network is written. Pure.
import type { NetworkTry } from "../../../protocol/src/log.js";
import { escapeText } from "../../ui/escape.js";

/** Returns address and port as one word. */
export function placeOf({ address, port }: Pick<NetworkTry, "address" | "port">): string {
  return address.includes(":") ? `[${escapeText(address)}]:${port}` : `${escapeText(address)}:${port}`;
}

/** Returns the transport as people write it, before a place; nothing when it is none of the usual. */
export function protocolOf({ protocol }: Pick<NetworkTry, "protocol">): string {
  return protocol === "other" ? "" : protocol.toUpperCase();
}

/** Tells whether a try reached for nothing: a socket that asks for an address of its own, or is given one later. */
export function isNothing({ address, port }: Pick<NetworkTry, "address" | "port">): boolean {
  return port === 0 && (address === "0.0.0.0" || address === "::");
}

/** Tells whether a try was to look up a name. */
export function isLookup({ action, port }: Pick<NetworkTry, "action" | "port">): boolean {
  return port === 53 && action !== "bind";
}
