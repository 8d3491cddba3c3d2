// Another program in the same session: what the first one installed is tried here. Its changes are listed with the rest. One that
// runs already, started here before the window was closed or by `alcatraz enter`, is shown again.
import { useEffect, useRef, useState, type FormEvent, type ReactElement, type ReactNode } from "react";
import type { TerminalOf } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { OtherTerminal, Session } from "../../../protocol/src/session.js";
import { see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { Pane } from "../../ui/pane.js";
import { EmptyPanel, ErrorNote } from "../../ui/state-panel.js";
import { isForShell, shellLine } from "../home/shell-model.js";
import { canDecide, isLive } from "../run/session-model.js";
import { attach } from "./attach.js";
import { TEXTS as HOME } from "../../../texts/home.js";
import { MORE } from "../../../texts/terminal.js";
import line from "../../ui/typed-line.module.css";
import view from "../../ui/view.module.css";
import styles from "./terminal-pane.module.css";

interface MorePaneProps {
  session: Session;
  /** Stands where the pane's title would. */
  head: ReactNode;
}

/** The program that is shown here, and how it ended once it has. */
interface Shown {
  what: Extract<TerminalOf, object>;
  status: number | null;
}

export function MorePane({ session, head }: MorePaneProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState<Shown | null>(null);
  const [others, setOthers] = useState<readonly OtherTerminal[]>([]);
  const [error, setError] = useState<SeeError | null>(null);
  const { id, cwd } = session;
  const what = shown?.what;
  const runs = shown !== null && shown.status === null && error === null;
  const live = isLive(session);
  const chosen = what !== undefined && "runs" in what && runs ? what.runs : null;

  // What runs without being shown here.
  useEffect(() => {
    if (!live || runs) return;
    let gone = false;
    void see.otherTerminals(id).then((outcome) => {
      if (gone) return;
      if (!outcome.ok) return setError(outcome.error);
      setOthers(outcome.value);
      const last = outcome.value.at(-1);
      if (last !== undefined) setShown((before) => before ?? { what: { runs: last.number }, status: null });
    });
    return () => {
      gone = true;
    };
  }, [id, live, runs]);

  useEffect(() => {
    if (what === undefined || host.current === null) return;
    const ended = (status: number): void => {
      setShown({ what, status });
      setOthers((before) => before.filter(({ number }) => !("runs" in what) || number !== what.runs));
    };
    const detach = attach(host.current, id, what, setError, ended);
    // It may wait for an answer.
    host.current.querySelector("textarea")?.focus();
    return detach;
  }, [id, what]);

  const note =
    shown !== null && error === null
      ? runs
        ? MORE.running
        : MORE.ended(shown.status ?? 0)
      : live
        ? MORE.runsAlready
        : MORE.note;
  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (runs || !canDecide(session)) return;
    const split = await see.splitCommand(typed);
    setError(split.ok ? null : split.error);
    if (split.ok) setShown({ what: { run: split.value, cwd }, status: null });
  };
  return (
    <Pane
      title={MORE.title}
      head={head}
      note={note}
      noteWhy={note === MORE.running ? MORE.runningWhy : undefined}
    >
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
          {live && others.some(({ number }) => number !== chosen) && (
            <select
              className={view.select}
              aria-label={MORE.which}
              value={chosen ?? ""}
              onChange={({ target: { value } }) => setShown({ what: { runs: Number(value) }, status: null })}
            >
              {chosen === null && <option value="">{MORE.which}</option>}
              {others.map(({ number, command }) => (
                <option key={number} value={number}>
                  {escapeText(command.join(" "))}
                </option>
              ))}
            </select>
          )}
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
      {shown === null ? (
        <EmptyPanel icon="terminal" title={MORE.empty}>
          {MORE.emptyWhy}
        </EmptyPanel>
      ) : (
        <div ref={host} className={styles.screen} />
      )}
    </Pane>
  );
}
