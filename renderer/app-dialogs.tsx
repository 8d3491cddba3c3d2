// The dialogs that are open above the screen, if any: none goes with the screen that it was asked for on.
import type { ReactElement } from "react";
import { AbortDialog } from "./features/commit/abort-dialog.js";
import { CommitScreen } from "./features/commit/commit-screen.js";
import { IgnoreDialog } from "./features/commit/ignore-dialog.js";
import { UndoScreen } from "./features/history/undo-screen.js";
import { NoteDialog } from "./features/notes/note-dialog.js";
import { PaletteDialog } from "./features/palette/palette-dialog.js";
import { AskedDialogs } from "./features/review/asked-dialogs.js";
import { DiscardDialog } from "./features/review/discard-dialog.js";
import { useSession } from "./features/run/sessions-store.js";
import { SettingsDialog } from "./features/settings/settings-dialog.js";
import { ShortcutsDialog } from "./features/settings/shortcuts-dialog.js";
import { useRoute } from "./route-store.js";

export function AppDialogs(): ReactElement {
  return (
    <>
      <RoutedDialog />
      <DiscardDialog />
      <NoteDialog />
      <AskedDialogs />
    </>
  );
}

function RoutedDialog(): ReactElement | null {
  const { dialog, undo, ignore, screen, show } = useRoute();
  const id = screen.name === "session" ? screen.session : null;
  const session = useSession(id);
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
      // A list of sessions that lacks this one, for a moment or for good, takes no decision off the screen.
      return id === null ? null : <CommitScreen key={id} id={id} onClose={close} />;
    case "undo":
      return undo === null ? null : <UndoScreen key={undo.commit} {...undo} onClose={close} />;
    case "ignore":
      return ignore === null ? null : <IgnoreDialog path={ignore} onClose={close} />;
    case "abort":
      return session === undefined ? null : <AbortDialog session={session} onClose={close} />;
  }
}
