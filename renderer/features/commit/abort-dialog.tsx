// Abort: says what will be thrown away and asks once. Cancel is the button at hand.
import { useEffect, useState, type ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useFeed } from "../changes/feed-store.js";
import { summarySentence } from "../changes/summary-model.js";
import { standing } from "../history/history-model.js";
import { useHistory } from "../history/history-store.js";
import { isDecided, isLive } from "../run/session-model.js";
import { useSessions } from "../run/sessions-store.js";
import { TEXTS } from "../../../texts/commit.js";
import { sessionTitle } from "../../../texts/titles.js";
import styles from "./commit-screen.module.css";

export function AbortDialog({ session, onClose }: { session: Session; onClose: () => void }): ReactElement {
  const tree = useFeed((state) => state.tree);
  const counted = useFeed((state) => state.settled !== null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<SeeError | null>(null);
  const total = tree.total[0]!;
  const decided = isDecided(session);
  const commits = useHistory((state) => state.commits);
  useEffect(() => void useHistory.getState().load(), []);
  const stays = standing(commits ?? [], session.id).reduce((sum, { applied }) => sum + applied, 0);
  const title = sessionTitle(session);
  // It closes by itself when the session is decided, here or elsewhere; not while its layers are being removed.
  useEffect(() => {
    if (decided && !busy && error === null) onClose();
  }, [decided, busy, error, onClose]);

  const abort = async (): Promise<void> => {
    setBusy(true);
    const outcome = await useSessions.getState().abort(session.id);
    setBusy(false);
    if (!outcome.ok) setError(outcome.error);
  };
  return (
    <Dialog
      title={stays === 0 ? TEXTS.abortTitle(title) : TEXTS.abortRestTitle(title)}
      closable={!busy}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus disabled={busy} onClick={onClose}>
            {TEXTS.cancel}
          </Button>
          <Button look="danger" disabled={busy} onClick={() => void abort()}>
            {busy ? TEXTS.aborting : TEXTS.abort}
          </Button>
        </>
      }
    >
      <p>{!counted ? TEXTS.abortUncounted : total === 0 ? TEXTS.abortNone : TEXTS.abortCounts(total)}</p>
      {counted && total > 0 && <p className={styles.sum}>{summarySentence(tree)}</p>}
      {isLive(session) && <p>{TEXTS.abortRunning}</p>}
      {stays > 0 && <p>{TEXTS.abortStays(stays)}</p>}
      <p>{TEXTS.abortWhy}</p>
      {error !== null && <ErrorNote error={error} />}
    </Dialog>
  );
}
