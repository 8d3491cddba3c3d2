// Above a session that ran another one's command once more: how the two results compare.
import { useRef, useState, type ReactElement } from "react";
import type { Comparison } from "../../../protocol/src/commit.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { nextTicket, see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { CompareScreen } from "./compare-screen.js";
import { isOpen, sessionTitle } from "./session-model.js";
import { useSession } from "./sessions-store.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./retry-bar.module.css";

type Compared = { comparison: Comparison } | { error: SeeError } | "working" | null;

export function RetryBar({ session }: { session: Session }): ReactElement | null {
  const first = useSession(session.policy.retry_of ?? null);
  const [compared, setCompared] = useState<Compared>(null);
  const ticket = useRef(0);
  if (first === undefined) return null;
  const comparable = isOpen(first) && session.state === "finished";

  const compare = async (): Promise<void> => {
    ticket.current = nextTicket();
    setCompared("working");
    const outcome = await see.compare(first.id, session.id, ticket.current);
    setCompared(outcome.ok ? { comparison: outcome.value } : { error: outcome.error });
  };
  return (
    <div className={styles.bar}>
      <Icon name="restart" />
      <p>{TEXTS.retryOf(sessionTitle(first))}</p>
      <Button onClick={() => useRoute.getState().go({ name: "session", session: first.id })}>
        {TEXTS.retryFirst}
      </Button>
      <Button disabled={!comparable || compared === "working"} onClick={() => void compare()}>
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
          onClose={() => setCompared(null)}
        />
      )}
    </div>
  );
}
