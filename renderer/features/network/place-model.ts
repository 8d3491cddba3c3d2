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
