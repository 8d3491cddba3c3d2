// A note where it belongs: above the change in hand, or above the list of changes.
import { useEffect, useState, type ReactElement } from "react";
import type { PathRef } from "../../../protocol/src/path.js";
import { pathKey } from "../../../protocol/src/path.js";
import { Button, IconButton } from "../../ui/button.js";
import { escapeProse } from "../../ui/escape.js";
import { formatCount } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { PathText } from "../../ui/path-text.js";
import { noteAt, useNotes } from "./notes-store.js";
import { TEXTS } from "../../../texts/notes.js";
import styles from "./notes.module.css";

export function NoteLine({ path }: { path: PathRef | null }): ReactElement | null {
  const note = useNotes((state) => noteAt(state.notes, path));
  if (note === undefined) return null;
  return (
    <div className={styles.line} role="note" aria-label={TEXTS.title}>
      <Icon name="note" size={14} />
      <p className="selectable">{escapeProse(note.text)}</p>
      <IconButton icon="edit" label={TEXTS.edit} onClick={() => useNotes.getState().ask(path)} />
    </div>
  );
}

/** Shows the notes on the changes of a session that is over, when they are asked for. */
export function NotesButton({ session, count }: { session: string; count: number }): ReactElement {
  const [open, setOpen] = useState(false);
  return open ? (
    <NotesList session={session} />
  ) : (
    <Button look="quiet" icon="note" aria-expanded={false} onClick={() => setOpen(true)}>
      {TEXTS.onChanges(formatCount(count), count === 1)}
    </Button>
  );
}

/** All notes of a session, for a last look before a commit. */
export function NotesList({ session }: { session: string }): ReactElement | null {
  const { session: of, notes } = useNotes();
  useEffect(() => void useNotes.getState().load(session), [session]);
  if (of !== session || notes.length === 0) return null;
  return (
    <section className={styles.list} aria-label={TEXTS.notes}>
      {notes.map(({ path, path_bytes, text }) => {
        const at = path === undefined ? null : path_bytes === undefined ? { path } : { path, path_bytes };
        return (
          <div key={at === null ? "" : pathKey(at)} className={styles.line}>
            <Icon name="note" size={14} />
            <div className={styles.both}>
              {at !== null && <PathText path={at} />}
              <p className="selectable">{escapeProse(text)}</p>
            </div>
          </div>
        );
      })}
    </section>
  );
}
