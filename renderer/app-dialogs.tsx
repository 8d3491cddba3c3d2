// The dialog that is open above the screen, if any.
import type { ReactElement } from "react";
import { AbortDialog } from "./features/commit/abort-dialog.js";
import { CommitDialog } from "./features/commit/commit-dialog.js";
import { PaletteDialog } from "./features/palette/palette-dialog.js";
import { useSession } from "./features/run/sessions-store.js";
import { SettingsDialog } from "./features/settings/settings-dialog.js";
import { ShortcutsDialog } from "./features/settings/shortcuts-dialog.js";
import { useRoute } from "./route-store.js";

export function AppDialogs(): ReactElement | null {
  const { dialog, screen, show } = useRoute();
  const session = useSession(screen.name === "session" ? screen.session : null);
  const close = (): void => show(null);
  switch (dialog) {
    case null:
      return null;
    case "settings":
      return <SettingsDialog onClose={close} />;
    case "shortcuts":
      return <ShortcutsDialog onClose={close} />;
    case "palette":
      return <PaletteDialog onClose={close} />;
    case "commit":
      return session === undefined ? null : <CommitDialog session={session} onClose={close} />;
    case "abort":
      return session === undefined ? null : <AbortDialog session={session} onClose={close} />;
  }
}
