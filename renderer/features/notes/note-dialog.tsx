// Writes a note on a change or on the session.
import { useState, type ReactElement } from "react";
import type { PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { PathText } from "../../ui/path-text.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { noteAt, useNotes } from "./notes-store.js";
import { TEXTS } from "../../../texts/notes.js";
import styles from "./notes.module.css";

/** What the helper keeps is bytes; letters of most languages fit. */
const LONGEST = 1300;

export function NoteDialog(): ReactElement | null {
  const asked = useNotes((state) => state.asked);
  return asked === undefined ? null : <Writing path={asked} />;
}

function Writing({ path }: { path: PathRef | null }): ReactElement {
  const { notes, error } = useNotes();
  const { close, save } = useNotes.getState();
  const [text, setText] = useState(noteAt(notes, path)?.text ?? "");
  const [asked, setAsked] = useState(false);
  const leave = (): void => {
    if (text !== (noteAt(notes, path)?.text ?? "") && !asked) setAsked(true);
    else close();
  };
  return (
    <Dialog
      title={path === null ? TEXTS.titleOfSession : TEXTS.titleOf}
      onClose={leave}
      onHurry={() => void save(text)}
      footer={
        <>
          <Button onClick={leave}>{asked ? TEXTS.leaveAnyway : TEXTS.cancel}</Button>
          <Button look="primary" onClick={() => void save(text)}>
            {TEXTS.save}
          </Button>
        </>
      }
    >
      {path !== null && (
        <p>
          <PathText path={path} />
        </p>
      )}
      <textarea
        data-first=""
        className={styles.input}
        aria-label={TEXTS.text}
        maxLength={LONGEST}
        rows={5}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAsked(false);
        }}
      />
      <p role="status">{asked ? TEXTS.typed : TEXTS.why}</p>
      {error !== null && <ErrorNote error={error} />}
    </Dialog>
  );
}
