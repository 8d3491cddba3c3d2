// May what is on the screen be committed just now?
import { useFeed } from "../changes/feed-store.js";
import { ROOT } from "../changes/tree.js";
import { useHelper } from "../run/helper-store.js";
import { canDecide } from "../run/session-model.js";
import { useSessions } from "../run/sessions-store.js";

/** Tells whether the session is the one whose changes are shown, and can be committed with a choice of them. */
export function canCommit(id: string): boolean {
  const { session: shown, tree, error } = useFeed.getState();
  const session = useSessions.getState().sessions?.find((each) => each.id === id);
  return (
    session !== undefined &&
    useHelper.getState().status.state === "ready" &&
    shown === id &&
    error === null &&
    canDecide(session) &&
    tree.chosen[ROOT]! > 0
  );
}
