// What can be done with all changes of a session: taken along as a file, noted on, looked through by a virus scanner.
import { useState, type ReactElement } from "react";
import type { ExportForm } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { escapeText } from "../../ui/escape.js";
import { Menu } from "../../ui/menu.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useNotes } from "../notes/notes-store.js";
import { TEXTS as NOTE_TEXTS } from "../../../texts/notes.js";
import { TEXTS as VIRUS_TEXTS } from "../../../texts/viruses.js";
import { useViruses } from "../viruses/virus-store.js";
import { TEXTS } from "../../../texts/review.js";

type Exported = { file: string } | { error: SeeError } | null;

export function SessionMenu({ session }: { session: Session }): ReactElement {
  const [exported, setExported] = useState<Exported>(null);
  const close = (): void => setExported(null);
  const write = async (form: ExportForm): Promise<void> => {
    const outcome = await see.exportChanges(session.id, form);
    if (!outcome.ok) setExported({ error: outcome.error });
    else if (outcome.value !== null) setExported({ file: outcome.value });
  };
  const scan = {
    label: VIRUS_TEXTS.scan,
    icon: "shield",
    run: () => void useViruses.getState().scan(session.id),
  } as const;
  return (
    <>
      <Menu
        label={TEXTS.sessionMore}
        items={[
          { label: TEXTS.exportTar, icon: "save", run: () => void write("tar") },
          { label: TEXTS.exportPatch, icon: "save", run: () => void write("patch") },
          { label: NOTE_TEXTS.sessionNote, icon: "note", run: () => useNotes.getState().ask(null) },
          ...(session.state === "finished" ? [scan] : []),
        ]}
      />
      {exported !== null && (
        <Dialog
          title={"file" in exported ? TEXTS.exported : TEXTS.notExported}
          onClose={close}
          footer={
            <Button autoFocus onClick={close}>
              {TEXTS.close}
            </Button>
          }
        >
          {"file" in exported ? (
            <>
              <p>
                <code className="selectable">{escapeText(exported.file)}</code>
              </p>
              <p>{TEXTS.exportedWhy}</p>
            </>
          ) : (
            <ErrorNote error={exported.error} />
          )}
        </Dialog>
      )}
    </>
  );
}
