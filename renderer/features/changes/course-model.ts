// Whether more changes are to come, where the person is about to decide on them. Pure.
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { TEXTS } from "../../../texts/changes.js";
import type { Settled } from "./feed-reader.js";

export interface Course {
  word: string;
  why?: string;
  stands?: true;
}

interface Feed {
  settled: Settled | null;
  reading: boolean;
  error: SeeError | null;
  /** Whether the program may still change something. */
  changing: boolean;
}

/** Returns what is said of it beside the decision; null: nothing. */
export function courseOf(
  { frozen }: Pick<Session, "frozen">,
  { settled, reading, error, changing }: Feed,
): Course | null {
  if (frozen !== undefined) return { word: TEXTS.still, why: TEXTS.stillWhy, stands: true };
  // Nothing comes until it is asked for again; why stands in the list's place.
  if (error !== null) return null;
  if (settled !== null && changing) return { word: TEXTS.live, why: TEXTS.liveWhy };
  return settled === null || reading ? { word: TEXTS.reading } : null;
}
