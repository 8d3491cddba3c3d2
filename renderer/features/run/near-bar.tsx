// Above a session that is nearly at a limit, or ran into one: which, and how it gets more. What stands still has a bar of its own.
import { useState, type ReactElement } from "react";
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Near, Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { isLive } from "./session-model.js";
import { useSessions } from "./sessions-store.js";
import { nearWords } from "../../../texts/near.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./frozen-bar.module.css";

export function NearBar({ session }: { session: Session }): ReactElement | null {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<SeeError | null>(null);
  const live = isLive(session);
  const near = (session.near ?? []).filter(({ hits }) => live || hits !== undefined);
  if (near.length === 0 || session.frozen !== undefined) return null;

  const ask = async (request: Promise<Outcome<Session>>): Promise<void> => {
    setBusy(true);
    const outcome = await request;
    setBusy(false);
    setError(outcome.ok ? null : outcome.error);
    if (outcome.ok && outcome.value.id !== session.id)
      useRoute.getState().visit({ name: "session", session: outcome.value.id });
  };
  const more = ({ what, limit }: Near): void => {
    const { resume, retry } = useSessions.getState();
    const twice = { [what]: 2 * limit };
    void ask(live ? resume({ session: session.id, ...twice }) : retry(session.id, twice));
  };
  return (
    <div className={styles.bar} role="status">
      <Icon name="alert" />
      <ul>
        {near.map((each) => (
          <li key={`${each.what} ${each.place ?? ""}`}>
            <p>
              <strong>{each.hits === undefined ? TEXTS.near : TEXTS.ranOut}.</strong> {nearWords(each)}
            </p>
            {hasMore(each) && (
              <Button disabled={busy} onClick={() => more(each)}>
                {live ? TEXTS.asMuchAgain : TEXTS.againWithMore}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {error !== null && <ErrorNote error={error} />}
    </div>
  );
}

/** Whether it is the session's own limit: room on a disk nobody can allow. */
function hasMore({ what }: Near): boolean {
  return what !== "disk" && what !== "inodes";
}
