// Another program in the same session: what the first one installed is tried here. Its changes are listed with the rest.
import { useEffect, useRef, useState, type FormEvent, type ReactElement, type ReactNode } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Pane } from "../../ui/pane.js";
import { EmptyPanel, ErrorNote } from "../../ui/state-panel.js";
import { isForShell, shellLine } from "../home/shell-model.js";
import { canDecide, isLive } from "../run/session-model.js";
import { attach } from "./attach.js";
import { TEXTS as HOME } from "../../../texts/home.js";
import { MORE } from "../../../texts/terminal.js";
import line from "../../ui/typed-line.module.css";
import styles from "./terminal-pane.module.css";

interface MorePaneProps {
  session: Session;
  /** Stands where the pane's title would. */
  head: ReactNode;
}

/** A program that was started here: its words, and how it ended once it has. */
interface Started {
  words: string[];
  status: number | null;
}

export function MorePane({ session, head }: MorePaneProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState("");
  const [started, setStarted] = useState<Started | null>(null);
  const [error, setError] = useState<SeeError | null>(null);
  const { id, cwd } = session;
  const words = started?.words;
  const runs = started !== null && started.status === null && error === null;

  useEffect(() => {
    if (words === undefined || host.current === null) return;
    const what = { run: words, cwd };
    const ended = (status: number): void => setStarted({ words, status });
    const detach = attach(host.current, id, what, setError, ended);
    // What was started may wait for an answer.
    host.current.querySelector("textarea")?.focus();
    return detach;
  }, [id, cwd, words]);

  const note =
    started !== null && error === null
      ? runs
        ? MORE.running
        : MORE.ended(started.status ?? 0)
      : isLive(session)
        ? MORE.runsAlready
        : MORE.note;
  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (runs || !canDecide(session)) return;
    const split = await see.splitCommand(typed);
    setError(split.ok ? null : split.error);
    if (split.ok) setStarted({ words: split.value, status: null });
  };
  return (
    <Pane title={MORE.title} head={head} note={note}>
      <form className={styles.more} onSubmit={(event) => void start(event)}>
        <div className={`${line.line} ${line.exact}`}>
          <input
            aria-label={MORE.command}
            placeholder={MORE.placeholder}
            value={typed}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button type="submit" icon="play" disabled={runs || !canDecide(session)}>
            {MORE.run}
          </Button>
        </div>
        {error !== null && (
          <ErrorNote
            error={error}
            actions={
              isForShell(error) && (
                <Button
                  onClick={() => {
                    setTyped(shellLine(typed));
                    setError(null);
                  }}
                >
                  {HOME.inShell}
                </Button>
              )
            }
          />
        )}
      </form>
      {started === null ? (
        <EmptyPanel icon="terminal" title={MORE.empty}>
          {MORE.emptyWhy}
        </EmptyPanel>
      ) : (
        <div ref={host} className={styles.screen} />
      )}
    </Pane>
  );
}
