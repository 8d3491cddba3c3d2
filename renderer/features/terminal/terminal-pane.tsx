// The terminal of the session's own program.
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { Button } from "../../ui/button.js";
import { Pane } from "../../ui/pane.js";
import { ErrorPanel } from "../../ui/state-panel.js";
import { administratorsId } from "../../../protocol/src/stores.js";
import { useEpoch } from "../run/administrators-store.js";
import { useHelper } from "../run/helper-store.js";
import { endWords, isLive } from "../run/session-model.js";
import { attach } from "./attach.js";
import { TEXTS } from "../../../texts/terminal.js";
import styles from "./terminal-pane.module.css";

interface TerminalPaneProps {
  session: Session;
  /** Whether there is a screen to show: a program runs, or has ended. */
  begun: boolean;
  /** Stands where the pane's title would. */
  head: ReactNode;
}

export function TerminalPane({ session, begun, head }: TerminalPaneProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<SeeError | null>(null);
  const [attempt, setAttempt] = useState(0);
  // The terminal is no child of the helper: it waits for the first one and outlives each.
  const own = useHelper((state) => Math.min(state.epoch, 1));
  const epoch = useEpoch(session.id);
  // An administrator's is, and comes again with the next.
  const joined = administratorsId(session.id) === null ? own : epoch;
  const [ended, setEnded] = useState<number | null>(null);
  const { id } = session;

  useEffect(() => {
    if (!begun || joined === 0 || host.current === null) return;
    setEnded(null);
    return attach(host.current, id, "program", setError, setEnded);
  }, [id, begun, attempt, joined]);

  // The error goes first: while it stands there is no element to attach to.
  const retry = (): void => {
    setError(null);
    setAttempt(attempt + 1);
  };
  const end = endWords(session);
  const runs = ended === null && isLive(session);
  const note = runs ? TEXTS.running : end === undefined ? TEXTS.ended : TEXTS.endedSo(end);
  return (
    <Pane title={TEXTS.title} head={head} note={note} noteWhy={runs ? TEXTS.runningWhy : undefined}>
      {error === null ? (
        <div ref={host} className={styles.screen} />
      ) : (
        <ErrorPanel error={error} actions={<Button onClick={retry}>{TEXTS.retry}</Button>} />
      )}
    </Pane>
  );
}
