// What comes from outside of the window: files that were opened in Alcatraz, a session that was chosen elsewhere.
import { useEffect } from "react";
import { useRun } from "./features/home/run-store.js";
import { takeFiles } from "./features/home/take-files.js";
import { useRoute } from "./route-store.js";
import { see } from "./see.js";

export function useOutside(): void {
  useEffect(() => {
    const { visit } = useRoute.getState();
    // Put into the form, not run: it was a click on a file, and the person may want to choose more.
    const take = async (): Promise<void> => {
      const outcome = await see.takeOpened();
      if (!outcome.ok) return useRun.setState({ error: outcome.error });
      await takeFiles(outcome.value, false);
    };
    void take();
    const stops = [
      see.onAskUndo((commit, applied) => visit({ name: "history" }, { commit, applied })),
      see.onOpened(() => void take()),
      see.onShowSession((session) =>
        visit(session === null ? { name: "history" } : { name: "session", session }),
      ),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
}
