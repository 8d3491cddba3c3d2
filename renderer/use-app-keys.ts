// Keys that work on every screen.
import { useEffect } from "react";
import { useFeed } from "./features/changes/feed-store.js";
import { useRoute } from "./route-store.js";

export function useAppKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { screen, dialog, show, toggleSidebar } = useRoute.getState();
      if (dialog !== null || document.querySelector("dialog[open]") !== null) return;
      const command = event.ctrlKey || event.metaKey;
      const target = event.target as Element;
      if (command && event.key === "Enter" && screen.name === "session" && canDecide()) show("commit");
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

function canDecide(): boolean {
  const { session, tree } = useFeed.getState();
  return session !== null && tree.chosen[0]! > 0;
}
