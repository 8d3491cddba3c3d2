// The window: the list of sessions on the left, the chosen screen on the right, dialogs above.
import { useEffect, type ReactElement } from "react";
import { AppDialogs } from "./app-dialogs.js";
import styles from "./app.module.css";
import { HistoryScreen } from "./features/history/history-screen.js";
import { DropTarget } from "./features/home/drop-target.js";
import { HomeScreen } from "./features/home/home-screen.js";
import { useAdministrators } from "./features/run/administrators-store.js";
import { AdministratorsGoneBar, HelperGoneBar } from "./features/run/helper-gone-bar.js";
import { useHelper } from "./features/run/helper-store.js";
import { SessionScreen } from "./features/run/session-screen.js";
import { useSessions } from "./features/run/sessions-store.js";
import { Sidebar } from "./features/run/sidebar.js";
import { useSettings } from "./features/settings/settings-store.js";
import { useRoute } from "./route-store.js";
import { useAppKeys } from "./use-app-keys.js";
import { useOutside } from "./use-outside.js";

export function App(): ReactElement {
  const screen = useRoute((state) => state.screen);
  // Not before it is known: it would only come to go again.
  const sidebar = useSettings((state) => state.loaded && state.sidebar);
  const theme = useSettings((state) => state.theme);
  const ready = useHelper((state) => state.status.state === "ready");

  useEffect(() => {
    void useSettings.getState().load();
    return useHelper.getState().follow();
  }, []);
  useEffect(() => useAdministrators.getState().follow(), []);
  useEffect(() => (ready ? useSessions.getState().follow() : undefined), [ready]);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  useAppKeys();
  useOutside();

  return (
    <div className={styles.app}>
      {sidebar && <Sidebar />}
      <main className={styles.main}>
        <HelperGoneBar />
        <AdministratorsGoneBar />
        {screen.name === "home" && <HomeScreen />}
        {screen.name === "session" && <SessionScreen key={screen.session} id={screen.session} />}
        {screen.name === "history" && <HistoryScreen />}
      </main>
      <DropTarget />
      <AppDialogs />
    </div>
  );
}
