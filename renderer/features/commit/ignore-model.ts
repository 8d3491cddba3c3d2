// Patterns for the ignore list, made of a path. The helper matches them; here they are only written. Pure.
import type { PathRef } from "../../../protocol/src/path.js";
import { ending } from "./conflict-model.js";

/** Returns patterns that fit a path, the widest first; none for a path whose bytes are no text. */
export function suggestions({ path, path_bytes }: PathRef): string[] {
  if (path_bytes !== undefined) return [];
  const found: string[] = [];
  const end = ending(path);
  if (end !== "") found.push(`*${literal(end)}`);
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (folder !== "") found.push(`${literal(folder)}/**`);
  found.push(literal(path));
  return found.filter((pattern) => pattern.trim() === pattern);
}

/** Returns the text as a pattern that fits only itself. */
function literal(text: string): string {
  return text.replaceAll(/[\\*?[\]{}!]/g, String.raw`\$&`);
}
