// The command line of Home: what to run, where, and a few choices that most people leave alone.
import { useEffect, useRef, useState, type ReactElement, type SyntheticEvent } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import { Button, IconButton } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { PathText } from "../../ui/path-text.js";
import { shortCommand } from "../../ui/short-command.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useHelper } from "../run/helper-store.js";
import { useSettings } from "../settings/settings-store.js";
import { acceptable, isOfOption } from "./run-request.js";
import { RunOptions } from "./run-options.js";
import { useRun } from "./run-store.js";
import { isForShell, isNotMarked, marked, shellLine, withShell } from "./shell-model.js";
import { TEXTS as ADMINISTRATORS } from "../../../texts/administrators.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./run-form.module.css";

export function RunForm(): ReactElement {
  const { line, cwd, starting, error } = useRun();
  const { edit, chooseDirectory, runForm } = useRun.getState();
  const status = useHelper((state) => state.status);
  const recent = useSettings((state) => state.recent);
  const [options, setOptions] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const refused = useRef<HTMLDivElement>(null);
  const ready = status.state === "ready";

  useEffect(() => input.current?.focus(), []);
  // Where the form was sent off among its options, the answer would be out of sight.
  useEffect(() => {
    if (isOfOption(error)) setOptions(true);
    else if (error !== null) refused.current?.scrollIntoView({ block: "nearest" });
    // What nothing opens waits for its program, which is typed in front.
    if (error?.facts?.["lacks"] !== "program") return;
    input.current?.focus();
    input.current?.setSelectionRange(0, 0);
  }, [error]);

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (ready && !starting) void runForm();
  };
  const runInstead = (next: string): void => {
    edit({ line: next });
    void runForm();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <div className={styles.field}>
        <textarea
          ref={input}
          className={styles.input}
          aria-label={TEXTS.command}
          placeholder={TEXTS.placeholder}
          rows={1}
          value={line}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => edit({ line: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
          }}
        />
        <Button
          type="submit"
          look="primary"
          icon="play"
          large
          disabled={!ready || starting || line.trim() === ""}
        >
          {starting ? TEXTS.starting : TEXTS.run}
        </Button>
      </div>
      <div ref={refused}>
        {error !== null && (
          <ErrorNote error={error} actions={<WaysOn error={error} line={line} onRun={runInstead} />} />
        )}
      </div>
      <div className={styles.under}>
        <Icon name="folder" size={14} />
        {cwd === null ? (
          <span>{TEXTS.directoryHome}</span>
        ) : (
          <span className={styles.where} aria-label={TEXTS.directory}>
            <PathText path={{ path: cwd }} />
          </span>
        )}
        <Button look="quiet" onClick={() => void chooseDirectory()}>
          {TEXTS.chooseDirectory}
        </Button>
        {cwd !== null && (
          <IconButton icon="abort" label={TEXTS.clearDirectory} onClick={() => edit({ cwd: null })} />
        )}
        <span className={styles.spacer} />
        <Button
          look="quiet"
          icon={options ? "down" : "chevron"}
          aria-expanded={options}
          onClick={() => setOptions(!options)}
        >
          {TEXTS.options}
        </Button>
      </div>
      {options && <RunOptions isRoots={ready && status.mode === "system"} />}
      {recent.length > 0 && (
        <div className={styles.recent}>
          <span>{TEXTS.recent}</span>
          {recent.map((command) => (
            <button
              key={`${command.cwd ?? ""} ${command.line}`}
              type="button"
              className={styles.chip}
              title={`${escapeText(command.line)}\n${command.cwd === null ? TEXTS.directoryHome : escapeText(command.cwd)}`}
              onClick={() => {
                edit(command);
                input.current?.focus();
              }}
            >
              {shortCommand(escapeText(command.line))}
            </button>
          ))}
        </div>
      )}
    </form>
  );
}

interface WaysOnProps {
  error: SeeError;
  /** What is typed. */
  line: string;
  onRun: (line: string) => void;
}

/** What can be done about a run that was refused, besides mending what it asks for. */
function WaysOn({ error, line, onRun }: WaysOnProps): ReactElement | null {
  const refused = useRun((state) => state.refused);
  const promise = acceptable(error);
  if (error.facts?.["lacks"] === "root") {
    return <Button onClick={() => void useRun.getState().installForm()}>{ADMINISTRATORS.installSo}</Button>;
  }
  if (isForShell(error)) return <Button onClick={() => onRun(shellLine(line))}>{TEXTS.inShell}</Button>;
  if (refused !== null && isNotMarked(error)) {
    return (
      <>
        <Button onClick={() => onRun(withShell(refused.command))}>{TEXTS.withShell}</Button>
        <Button onClick={() => onRun(marked(refused.command))}>{TEXTS.markAndRun}</Button>
      </>
    );
  }
  if (refused === null || promise === null) return null;
  return (
    <Button onClick={() => void useRun.getState().runWithout(promise)}>{TEXTS.runWithout[promise]}</Button>
  );
}
