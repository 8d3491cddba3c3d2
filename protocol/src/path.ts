// Paths as they cross the wire: bytes on disk, text on screen. Knows nothing of who sends them.
import { z } from "zod";

/**
 * A host path. `path` is the UTF-8 text (invalid bytes replaced by U+FFFD);
 * `path_bytes` is the base64 of the true bytes and is there exactly when they are not valid UTF-8.
 * The text is data from a hostile program: show it through an escaper, never as markup.
 */
export const PathRef = z.object({
  path: z.string().min(1),
  path_bytes: z.base64().optional(),
});
export type PathRef = z.infer<typeof PathRef>;

/** Returns the identity of a path: equal keys name the same bytes on disk. */
export function pathKey(ref: PathRef): string {
  return ref.path_bytes === undefined ? ref.path : `\0${ref.path_bytes}`;
}
