// What is said of a limit that a session is near to, or has run into.
import type { Near } from "../protocol/src/session.js";
import { escapeText } from "../protocol/src/escape.js";
import { formatBytes } from "./format.js";
import { FROZEN, NEAR, RAN_OUT } from "./sessions.js";

/** Returns it in a sentence or two. */
export function nearWords({ what, used, limit, place, hits }: Near): string {
  const where = escapeText(place ?? FROZEN.somePlace);
  switch (what) {
    case "quota":
      return NEAR.quota(formatBytes(limit));
    case "disk":
      return NEAR.disk(formatBytes(used), where, formatBytes(limit));
    case "inodes":
      return NEAR.inodes(used, where, limit);
    case "memory":
      return hits === undefined ? NEAR.memory(formatBytes(limit)) : RAN_OUT.memory(formatBytes(limit), hits);
    case "processes":
      return hits === undefined ? NEAR.processes(limit) : RAN_OUT.processes(limit);
  }
}
