// Above a session that stands still: why, and what can be done about it. Nothing is lost meanwhile.
import { useState, type ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { Button } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { frozenWords } from "./session-model.js";
import { useSessions } from "./sessions-store.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./frozen-bar.module.css";

export function FrozenBar({ session }: { session: Session }): ReactElement | null {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<SeeError | null>(null);
  if (session.frozen === undefined) return null;

  const resume = async (): Promise<void> => {
    setBusy(true);
    const outcome = await useSessions.getState().resume(session.id);
    setBusy(false);
    setError(outcome.ok ? null : outcome.error);
  };
  return (
    <div className={styles.bar} role="alert">
      <Icon name="alert" />
      <p>
        <strong>{TEXTS.frozen}.</strong> {frozenWords(session.frozen)} {TEXTS.frozenCalm}
      </p>
      <Button look="primary" icon="play" disabled={busy} onClick={() => void resume()}>
        {session.frozen.why === "quota" ? TEXTS.resumeQuota : TEXTS.resumeDisk}
      </Button>
      {error !== null && <ErrorNote error={error} />}
    </div>
  );
}
