// Runs a session's command once more, in a new session on the machine as it is now, and goes there.
import type { ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import { goOn, useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { useSessions } from "./sessions-store.js";
import { TEXTS } from "../../../texts/run.js";

interface RetryButtonProps {
  session: string;
  label: string;
  onError: (error: SeeError) => void;
}

export function RetryButton({ session, label, onError }: RetryButtonProps): ReactElement {
  const busy = useSessions((state) => state.retrying.has(session));
  const retry = async (): Promise<void> => {
    const from = useRoute.getState();
    const outcome = await useSessions.getState().retry(session);
    if (outcome.ok) goOn(from, { name: "session", session: outcome.value.id });
    else onError(outcome.error);
  };
  return (
    <Button icon="restart" title={TEXTS.retryWhy} disabled={busy} onClick={() => void retry()}>
      {label}
    </Button>
  );
}
