// Keys that work on every screen.
import { useEffect } from "react";
import { redoChoice, undoChoice } from "./features/changes/selection-history.js";
import { canCommit } from "./features/commit/can-commit.js";
import { useSettings } from "./features/settings/settings-store.js";
import { useRoute } from "./route-store.js";
import { isDialogOpen } from "./ui/open-dialogs.js";

export function useAppKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { screen, show } = useRoute.getState();
      if (isDialogOpen()) return;
      const command = event.ctrlKey || event.metaKey;
      const target = event.target as Element;
      const typing = target.closest("input, textarea, .xterm") !== null;
      if (command && event.shiftKey && event.key === "P") show("palette");
      // All other keys are the program's in its terminal: Ctrl-K, Ctrl-B and their like mean something there.
      else if (target.closest(".xterm") !== null) return;
      else if (command && event.key === "Enter" && screen.name === "session" && canCommit(screen.session))
        show("commit");
      else if (command && event.key === "b") useSettings.getState().toggleSidebar();
      else if (command && event.key === ",") show("settings");
      else if (command && event.key === "k" && !event.shiftKey) show("palette");
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
