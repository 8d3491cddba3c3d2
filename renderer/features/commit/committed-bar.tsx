// After a commit of a part: what was done, with Undo where the eye is, above what is left.
import { useEffect, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { Button, IconButton } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { useHistory } from "../history/history-store.js";
import { useCommit } from "./commit-store.js";
import { TEXTS } from "../../../texts/commit.js";
import { VerifiedNote } from "./verified-note.js";
import styles from "./committed-bar.module.css";

export function CommittedBar({ session }: { session: Session }): ReactElement | null {
  const last = useCommit((state) => state.last);
  const commits = useHistory((state) => state.commits);
  const isShown = last?.session === session.id;
  // Nobody tells the page of an undo elsewhere, on the command line for instance: it looks when the person comes back.
  useEffect(() => {
    if (!isShown) return;
    const look = (): void => void useHistory.getState().load();
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, [isShown]);
  if (last === null || !isShown) return null;
  const { commit, applied } = last.result;
  // Taken back meanwhile, from wherever.
  if (commits?.some((each) => each.id === commit && each.undone_by !== undefined) === true) return null;
  const { forgetLast } = useCommit.getState();
  return (
    <div className={styles.bar} role="status">
      <Icon name="check" />
      <p>
        <strong>{TEXTS.committed(applied)}.</strong> <VerifiedNote result={last.result} />{" "}
        {TEXTS.committedRest}
      </p>
      <Button icon="undo" onClick={() => useRoute.getState().askUndo({ commit, applied })}>
        {TEXTS.undo}
      </Button>
      <IconButton icon="abort" label={TEXTS.hide} onClick={forgetLast} />
    </div>
  );
}
