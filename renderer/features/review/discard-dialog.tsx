// Discard: says what of the session goes and what goes along, and asks once. Cancel is the button at hand.
import { useEffect, useRef, type ReactElement } from "react";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { formatCount, formatMany } from "../../../texts/format.js";
import { PathText } from "../../ui/path-text.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { useDiscard } from "./discard-store.js";
import { TEXTS } from "../../../texts/review.js";
import styles from "./discard-dialog.module.css";

/** Paths that are listed; of the rest only the number is told. */
const LISTED = 8;

export function DiscardDialog(): ReactElement | null {
  const { asked, stamp, needs, busy, error } = useDiscard();
  const { close, discard } = useDiscard.getState();
  const cancel = useRef<HTMLButtonElement>(null);
  // What must go along comes as news: the person reads it before a key or a click can do anything.
  useEffect(() => {
    if (needs.length > 0) cancel.current?.focus();
  }, [needs]);
  if (asked === null) return null;
  return (
    <Dialog
      title={TEXTS.discardTitle(formatMany(asked.count, "change"))}
      closable={!busy}
      onClose={close}
      footer={
        <>
          <Button ref={cancel} autoFocus disabled={busy} onClick={close}>
            {TEXTS.cancel}
          </Button>
          <Button look="danger" disabled={busy || stamp === null} onClick={() => void discard()}>
            {busy ? TEXTS.discarding : needs.length > 0 ? TEXTS.discardAll : TEXTS.discard}
          </Button>
        </>
      }
    >
      <p>{TEXTS.discardWhy}</p>
      <Paths paths={asked.paths} />
      {needs.length > 0 && (
        <>
          <p role="status">{TEXTS.discardNeeds}</p>
          <Paths paths={needs} />
        </>
      )}
      {error !== null && <ErrorNote error={error} />}
    </Dialog>
  );
}

function Paths({ paths }: { paths: readonly PathRef[] }): ReactElement {
  return (
    <ul className={styles.paths}>
      {paths.slice(0, LISTED).map((path) => (
        <li key={pathKey(path)}>
          <PathText path={path} />
        </li>
      ))}
      {paths.length > LISTED && <li>{TEXTS.more(formatCount(paths.length - LISTED))}</li>}
    </ul>
  );
}
