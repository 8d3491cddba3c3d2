// What can be done with the change in hand beside looking at it: other programs, an edit, a note.
import { useState, type ReactElement } from "react";
import type { OpenOutside } from "../../../protocol/src/bridge.js";
import type { Description, SideFacts } from "../../../protocol/src/content.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Menu, type MenuItem } from "../../ui/menu.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { EditDialog } from "../edit/edit-dialog.js";
import { TEXTS as EDIT_TEXTS } from "../../../texts/edit.js";
import { useNotes } from "../notes/notes-store.js";
import { TEXTS as NOTE_TEXTS } from "../../../texts/notes.js";
import { TEXTS } from "../../../texts/review.js";

interface ChangeMenuProps {
  session: string;
  path: PathRef;
  description: Description | null;
  /** Whether the session has ended: only then can its files be changed. */
  atRest: boolean;
}

type Asked = { what: "edit" } | { what: "error"; error: SeeError } | null;

export function ChangeMenu({ session, path, description, atRest }: ChangeMenuProps): ReactElement {
  const [asked, setAsked] = useState<Asked>(null);
  const close = (): void => setAsked(null);
  const open = async (what: OpenOutside["what"]): Promise<void> => {
    const outcome = await see.openOutside({ session, ...path, what });
    if (!outcome.ok) setAsked({ what: "error", error: outcome.error });
  };
  const [before, after] = [isFile(description?.before), isFile(description?.after)];
  const item = (label: string, icon: MenuItem["icon"], run: () => void): MenuItem => ({ label, icon, run });
  const items = [
    ...(after ? [item(TEXTS.openAfter, "open", () => void open("after"))] : []),
    ...(before ? [item(TEXTS.openBefore, "open", () => void open("before"))] : []),
    ...(before && after ? [item(TEXTS.compareOutside, "copy", () => void open("both"))] : []),
    ...(after && atRest ? [item(EDIT_TEXTS.edit, "edit", () => setAsked({ what: "edit" }))] : []),
    item(NOTE_TEXTS.note, "note", () => useNotes.getState().ask(path)),
  ];
  return (
    <>
      <Menu label={TEXTS.moreOf} items={items} />
      {asked?.what === "edit" && <EditDialog session={session} path={path} onClose={close} />}
      {asked?.what === "error" && (
        <Dialog
          title={TEXTS.notOpened}
          onClose={close}
          footer={<Button onClick={close}>{TEXTS.close}</Button>}
        >
          <ErrorNote error={asked.error} />
        </Dialog>
      )}
    </>
  );
}

function isFile(facts: SideFacts | undefined): boolean {
  return facts?.type === "file";
}
