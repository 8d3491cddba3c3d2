// What a person writes about a session's network, and what that means. Pure.
import type { Redirect } from "../../../protocol/src/net.js";

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

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}
