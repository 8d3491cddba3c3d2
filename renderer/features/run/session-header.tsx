// Above a session: what it runs, how it stands, what it may not do, and how to stop it.
import { useState, type ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { Button, IconButton } from "../../ui/button.js";
import { displayCommand, escapeSentence, escapeText } from "../../ui/escape.js";
import { limitWhy } from "../../../texts/causes.js";
import { formatClock, formatTime } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { shortCommand } from "../../ui/short-command.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useClock } from "../../ui/use-clock.js";
import { useSettings } from "../settings/settings-store.js";
import { NetworkTag } from "./network-tag.js";
import { RetryButton } from "./retry-button.js";
import { WholeMachineMark } from "./whole-machine-mark.js";
import { endWords, isLive, isOpen, isTicking, stateWords, whatItWaitsFor } from "./session-model.js";
import { sessionTitle } from "../../../texts/titles.js";
import { useSessions } from "./sessions-store.js";
import { StateDot } from "./state-dot.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./session-header.module.css";

export function SessionHeader({ session }: { session: Session }): ReactElement {
  const sidebar = useSettings((state) => state.sidebar);
  const stopping = useSessions((state) => state.stopping.has(session.id));
  const [error, setError] = useState<SeeError | null>(null);
  const live = isLive(session);
  const waiting = whatItWaitsFor(session);
  const command = displayCommand(session.command);

  const stop = async (): Promise<void> => {
    const outcome = await useSessions.getState().stop(session.id);
    setError(outcome.ok ? null : outcome.error);
  };
  return (
    <div className={styles.bar}>
      <header className={styles.header}>
        {!sidebar && (
          <IconButton
            icon="sidebar"
            label={TEXTS.showSidebar}
            onClick={useSettings.getState().toggleSidebar}
          />
        )}
        <StateDot session={session} />
        <h1 className={styles.title} title={sessionTitle(session)}>
          {sessionTitle(session)}
        </h1>
        {command !== sessionTitle(session) && (
          <span className={styles.command} title={`${command}\n${escapeText(session.cwd)}`}>
            {session.command.length === 1 ? command : shortCommand(command)}
          </span>
        )}
        <WholeMachineMark of={session.id} words />
        <span className={styles.spacer} />
        <span className={styles.state} role="status" title={formatTime(session.created)}>
          {stateLine(session)}
          {isTicking(session) && <Running since={session.created} />}
        </span>
        {(session.limits?.length ?? 0) > 0 && <Limits session={session} />}
        {live &&
          session.policy.display === "nested" &&
          session.policy.accept?.includes("display") !== true && (
            <span className={styles.tag} title={TEXTS.ownWindowWhy}>
              <Icon name="apps" size={12} />
              <span>{TEXTS.ownWindow}</span>
            </span>
          )}
        {isOpen(session) && <NetworkTag session={session} onError={setError} />}
        {session.state === "finished" && (
          <RetryButton session={session.id} label={TEXTS.retry} onError={setError} />
        )}
        {live && (
          <Button icon="stop" disabled={stopping || session.state === "starting"} onClick={() => void stop()}>
            {stopping ? TEXTS.stopping : TEXTS.stop}
          </Button>
        )}
      </header>
      {error !== null && <ErrorNote error={error} />}
      {waiting !== undefined && <ErrorNote error={waiting} />}
    </div>
  );
}

function stateLine(session: Session): string {
  const end = endWords(session);
  const { long } = stateWords(session);
  return end !== undefined && session.state === "finished"
    ? `${end.charAt(0).toUpperCase()}${end.slice(1)}`
    : long;
}

function Running({ since }: { since: string }): ReactElement {
  const now = useClock(1000);
  return <span aria-live="off"> · {formatClock(now - Date.parse(since))}</span>;
}

function Limits({ session }: { session: Session }): ReactElement {
  const limits = session.limits ?? [];
  const anchor = { anchorName: "--limits" } as React.CSSProperties;
  return (
    <>
      <button
        type="button"
        className={styles.tag}
        title={TEXTS.limitsWhy}
        aria-label={TEXTS.limits(limits.length)}
        popoverTarget="session-limits"
        style={anchor}
      >
        <Icon name="info" size={12} />
        <span>{TEXTS.limits(limits.length)}</span>
      </button>
      <div
        id="session-limits"
        popover="auto"
        className={styles.limits}
        role="group"
        aria-label={TEXTS.limits(limits.length)}
        tabIndex={0}
        style={{ positionAnchor: "--limits" } as React.CSSProperties}
      >
        <p>{TEXTS.limitsWhy}</p>
        <ul>
          {limits.map((limit) => (
            <li key={`${limit.path}: ${limit.why}`}>
              <code>{escapeText(limit.path)}</code>
              <p>{escapeSentence(limitWhy(limit))}</p>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
