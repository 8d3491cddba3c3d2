// Whose session it is: the person's own, or the administrator's, which root's helper keeps in a store of its own. Main tells the
// page of both as one list; by its key a session or a commit is known to be the one or the other.
import { z } from "zod";

/** Whose a new session is to be. */
export const Whose = z.enum(["own", "administrators"]);
export type Whose = z.infer<typeof Whose>;

/** No id has a colon: none of the person's own is taken for one of these. */
const PREFIX = "administrators:";

/** Returns the key of an administrator's session or commit. */
export function administratorsKey(id: string): string {
  return PREFIX + id;
}

/** Returns the id behind such a key; null: it is the person's own. */
export function administratorsId(key: string): string | null {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : null;
}
