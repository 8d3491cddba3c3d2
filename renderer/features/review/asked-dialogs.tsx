// The dialogs of what menus and the palette ask for. Once on the screen, whoever asked.
import type { ReactElement } from "react";
import { pathKey } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { escapeText } from "../../ui/escape.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { EditDialog } from "../edit/edit-dialog.js";
import { TEXTS } from "../../../texts/review.js";
import { useAsked } from "./asked-store.js";

export function AskedDialogs(): ReactElement | null {
  const { close, ...state } = useAsked();
  const [asked] = state.asked;
  if (asked === undefined) return null;
  if (asked.what === "edit") {
    const { session, path } = asked;
    return <EditDialog key={`${session} ${pathKey(path)}`} session={session} path={path} onClose={close} />;
  }
  return (
    <Dialog
      title={asked.what === "exported" ? TEXTS.exported : asked.title}
      onClose={close}
      footer={
        <Button autoFocus onClick={close}>
          {TEXTS.close}
        </Button>
      }
    >
      {asked.what === "exported" ? (
        <>
          <p>
            <code className="selectable">{escapeText(asked.file)}</code>
          </p>
          <p>{TEXTS.exportedWhy[asked.form]}</p>
        </>
      ) : (
        <ErrorNote error={asked.error} />
      )}
    </Dialog>
  );
}
