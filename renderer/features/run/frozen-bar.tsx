// Above a session that stands still: why, and what can be done about it. Nothing is lost meanwhile.
import { useState, type FormEvent, type ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Params } from "../../../protocol/src/rpc.js";
import type { Session } from "../../../protocol/src/session.js";
import { Button } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { frozenWords } from "./session-model.js";
import { useSessions } from "./sessions-store.js";
import { parseSize } from "../../../texts/format.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./frozen-bar.module.css";

export function FrozenBar({ session }: { session: Session }): ReactElement | null {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<SeeError | null>(null);
  const [typed, setTyped] = useState("");
  if (session.frozen === undefined) return null;
  const quota = parseSize(typed);

  const resume = async (how: Omit<Params<"sessions.resume">, "session">): Promise<void> => {
    setBusy(true);
    const outcome = await useSessions.getState().resume({ session: session.id, ...how });
    setBusy(false);
    setError(outcome.ok ? null : outcome.error);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (quota !== null) void resume({ quota });
  };
  return (
    <div className={styles.bar} role="alert">
      <Icon name="alert" />
      <p>
        <strong>{TEXTS.frozen}.</strong> {frozenWords(session.frozen)} {TEXTS.frozenCalm}
      </p>
      <div className={styles.choices}>
        <Button look="primary" icon="play" disabled={busy} onClick={() => void resume({})}>
          {session.frozen.why === "quota" ? TEXTS.resumeQuota : TEXTS.resumeDisk}
        </Button>
        {session.frozen.why === "quota" && (
          <>
            <Button disabled={busy} onClick={() => void resume({ unlimited: true })}>
              {TEXTS.resumeUnlimited}
            </Button>
            <form className={styles.choices} onSubmit={submit}>
              <input
                aria-label={TEXTS.resumeSize}
                title={TEXTS.resumeSize}
                placeholder={TEXTS.resumeSizeHint}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
              <Button type="submit" disabled={busy || quota === null}>
                {TEXTS.resumeToSize}
              </Button>
            </form>
          </>
        )}
      </div>
      {error !== null && <ErrorNote error={error} />}
    </div>
  );
}
