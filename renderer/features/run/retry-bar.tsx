// Above a session that ran another one's command once more: how the two results compare.
import { useEffect, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { CompareScreen } from "./compare-screen.js";
import { useCompare } from "./compare-store.js";
import { isOpen } from "./session-model.js";
import { sessionTitle } from "../../../texts/titles.js";
import { useSession } from "./sessions-store.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./retry-bar.module.css";

export function RetryBar({ session }: { session: Session }): ReactElement | null {
  const first = useSession(session.policy.retry_of ?? null);
  const compared = useCompare((state) => (state.session === session.id ? state.compared : null));
  const { compare, close } = useCompare.getState();
  useEffect(() => close, [session.id, close]);
  if (first === undefined) return null;
  const comparable = isOpen(first) && session.state === "finished";

  return (
    <div className={styles.bar}>
      <Icon name="restart" />
      <p>{TEXTS.retryOf(sessionTitle(first))}</p>
      <Button onClick={() => useRoute.getState().go({ name: "session", session: first.id })}>
        {TEXTS.retryFirst}
      </Button>
      <Button
        disabled={!comparable || compared === "working"}
        onClick={() => void compare(first.id, session.id)}
      >
        {compared === "working" ? TEXTS.comparing : TEXTS.compare}
      </Button>
      {compared !== null && compared !== "working" && "error" in compared && (
        <ErrorNote error={compared.error} />
      )}
      {compared !== null && compared !== "working" && "comparison" in compared && (
        <CompareScreen
          comparison={compared.comparison}
          first={first.id}
          second={session.id}
          onClose={close}
        />
      )}
    </div>
  );
}
