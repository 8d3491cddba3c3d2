// Keys that work on every screen.
import { useEffect } from "react";
import { redoChoice, undoChoice } from "./features/changes/selection-history.js";
import { canCommit } from "./features/commit/can-commit.js";
import { useRoute } from "./route-store.js";

export function useAppKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { screen, dialog, show, toggleSidebar } = useRoute.getState();
      if (dialog !== null || document.querySelector("dialog[open]") !== null) return;
      const command = event.ctrlKey || event.metaKey;
      const target = event.target as Element;
      const typing = target.closest("input, textarea, .xterm") !== null;
      // In the terminal Ctrl-K is the program's.
      const palette = event.shiftKey ? "P" : target.closest(".xterm") === null ? "k" : null;
      if (command && event.key === "Enter" && screen.name === "session" && canCommit(screen.session))
        show("commit");
      else if (command && event.key === "b") toggleSidebar();
      else if (command && event.key === ",") show("settings");
      else if (command && event.key === palette) show("palette");
      else if (typing) return;
      else if (command && screen.name === "session" && event.key.toLowerCase() === "z")
        (event.shiftKey ? redoChoice : undoChoice)();
      else if (event.key === "?" && !command) show("shortcuts");
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
