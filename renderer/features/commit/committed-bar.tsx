// After a commit of a part: what was done, with Undo where the eye is, above what is left.
import type { ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { Button, IconButton } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { useCommit } from "./commit-store.js";
import { TEXTS } from "../../../texts/commit.js";
import { VerifiedNote } from "./verified-note.js";
import styles from "./committed-bar.module.css";

export function CommittedBar({ session }: { session: Session }): ReactElement | null {
  const last = useCommit((state) => state.last);
  if (last === null || last.session !== session.id) return null;
  const { commit, applied } = last.result;
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
