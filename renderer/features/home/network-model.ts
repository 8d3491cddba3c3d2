// What a person writes about a session's network, and what that means. Pure.
import type { Endpoint, Redirect, Reroute } from "../../../protocol/src/net.js";

/** A port on this machine, then the port that the program asks for; an address of this machine may stand before. */
const PAIR = /^(?:(?<address>[0-9.]+|\[[0-9a-fA-F:.]+\]):)?(?<outside>\d{1,5}):(?<inside>\d{1,5})$/;

/** Returns the redirections that a text with pairs of ports means, or the part of it that means none. */
export function readPorts(text: string): Redirect[] | { wrong: string } {
  const redirects: Redirect[] = [];
  for (const part of text.split(/[\s,]+/).filter((word) => word !== "")) {
    const groups = PAIR.exec(part)?.groups;
    const outside = Number(groups?.["outside"]);
    const inside = Number(groups?.["inside"]);
    if (!isPort(outside) || !isPort(inside)) return { wrong: part };
    const address = groups?.["address"]?.replace(/^\[|\]$/g, "");
    redirects.push(address === undefined ? { outside, inside } : { address, outside, inside });
  }
  return redirects;
}

/** A name or an address, and a port; IPv6 addresses stand in brackets. */
const PLACE = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]]+)):(?<port>\d{1,5})$/;

/** Returns the detours that a text means, or the part of it that means none. */
export function readDetours(text: string): Reroute[] | { wrong: string } {
  const detours: Reroute[] = [];
  for (const part of text.split(/[\s,]+/).filter((word) => word !== "")) {
    const [from, to, ...more] = part.split("=").map(readPlace);
    if (!from || !to || more.length > 0) return { wrong: part };
    detours.push({ from, to });
  }
  return detours;
}

function readPlace(text: string): Endpoint | null {
  const groups = PLACE.exec(text)?.groups;
  const host = groups?.["v6"] ?? groups?.["host"];
  const port = Number(groups?.["port"]);
  return host !== undefined && isPort(port) ? { host, port } : null;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}
