// Patterns for the ignore list, made of a path. The helper matches them; here they are only written. Pure.
import type { PathRef } from "../../../protocol/src/path.js";
import { ending } from "./conflict-model.js";

/** The top, what lies right in it, and homes. */
const TOO_WIDE = /^(\/[^/]*)?$|^\/home\/[^/]+$/;

/**
 * Returns patterns that fit a path, the narrowest first; none for a path whose bytes are no text. A home or another place near the top
 * is never left out as a whole.
 */
export function suggestions({ path, path_bytes }: PathRef): string[] {
  if (path_bytes !== undefined) return [];
  const found = [literal(path)];
  const end = ending(path);
  if (end !== "") found.push(`*${literal(end)}`);
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (!TOO_WIDE.test(folder)) found.push(`${literal(folder)}/**`);
  return found.filter((pattern) => pattern.trim() === pattern);
}

/** Returns the text as a pattern that fits only itself. */
function literal(text: string): string {
  return text.replaceAll(/[\\*?[\]{}!]/g, String.raw`\$&`);
}
