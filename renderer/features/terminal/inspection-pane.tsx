// A shell that looks at the machine and at the session side by side. It begins when it is shown first, and ends with the pane.
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { Button } from "../../ui/button.js";
import { Pane } from "../../ui/pane.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { attach } from "./attach.js";
import { INSPECTION } from "../../../texts/terminal.js";
import styles from "./terminal-pane.module.css";

interface InspectionPaneProps {
  session: Session;
  /** Stands where the pane's title would. */
  head: ReactNode;
}

export function InspectionPane({ session, head }: InspectionPaneProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<SeeError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [ended, setEnded] = useState(false);
  const { id } = session;
  const ready = session.state === "finished";

  useEffect(() => {
    if (!ready || host.current === null) return;
    return attach(host.current, id, "inspection", setError, () => setEnded(true));
  }, [id, ready, attempt]);

  const again = (): void => {
    setError(null);
    // Before the shell is attached: that is when its text field is described.
    setEnded(false);
    setAttempt(attempt + 1);
  };
  return (
    <Pane
      title={INSPECTION.title}
      head={head}
      note={ended ? INSPECTION.ended : INSPECTION.note}
      noteWhy={ended ? undefined : INSPECTION.noteWhy}
      action={
        ended && (
          <Button look="quiet" onClick={again}>
            {INSPECTION.again}
          </Button>
        )
      }
    >
      {!ready ? (
        <EmptyPanel icon="terminal" title={INSPECTION.later}>
          {INSPECTION.laterWhy}
        </EmptyPanel>
      ) : error === null ? (
        <div ref={host} className={styles.screen} />
      ) : (
        <ErrorPanel error={error} actions={<Button onClick={again}>{INSPECTION.again}</Button>} />
      )}
    </Pane>
  );
}
