// Keys that work on every screen.
import { useEffect } from "react";
import { useFeed } from "./features/changes/feed-store.js";
import { ROOT } from "./features/changes/tree-model.js";
import { canDecide } from "./features/run/session-model.js";
import { useSessions } from "./features/run/sessions-store.js";
import { useRoute } from "./route-store.js";

export function useAppKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { screen, dialog, show, toggleSidebar } = useRoute.getState();
      if (dialog !== null || document.querySelector("dialog[open]") !== null) return;
      const command = event.ctrlKey || event.metaKey;
      const target = event.target as Element;
      if (command && event.key === "Enter" && screen.name === "session" && canCommit(screen.session))
        show("commit");
      else if (command && event.key === "b") toggleSidebar();
      else if (command && event.key === ",") show("settings");
      else if (event.key === "?" && !command && target.closest("input, textarea, .xterm") === null)
        show("shortcuts");
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Tells whether the session is the one whose changes are shown, and can be committed with a choice of them. */
function canCommit(id: string): boolean {
  const { session: shown, tree, error } = useFeed.getState();
  const session = useSessions.getState().sessions?.find((each) => each.id === id);
  return (
    session !== undefined && shown === id && error === null && canDecide(session) && tree.chosen[ROOT]! > 0
  );
}
