// The sessions on Home: what runs, what waits for a decision, what was done with the rest.
import { useState, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { CommandText } from "../../ui/command-text.js";
import { formatTime } from "../../../texts/format.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorNote } from "../../ui/state-panel.js";
import { useClock } from "../../ui/use-clock.js";
import { useAdministrators, useIsPersons } from "../run/administrators-store.js";
import { useHelper } from "../run/helper-store.js";
import { endWords, hasNotStarted, isTicking, sessionAge, stateWords } from "../run/session-model.js";
import { useGroups, useSessions, useTwinMark } from "../run/sessions-store.js";
import { StateDot } from "../run/state-dot.js";
import { WholeMachineMark } from "../run/whole-machine-mark.js";
import { TEXTS as ADMINISTRATORS } from "../../../texts/administrators.js";
import { TEXTS } from "../../../texts/home.js";
import { sessionTitle } from "../../../texts/titles.js";
import section from "./home-screen.module.css";
import styles from "./sessions-panel.module.css";

const SHOWN = 6;

export function SessionsPanel(): ReactElement | null {
  const { sessions, error } = useSessions();
  const gone = useHelper((state) => state.status.state === "gone");
  const [all, setAll] = useState(false);
  const groups = useGroups();
  const isPersons = useIsPersons();
  if (gone && sessions === null) return null;

  // What never started was told where it was typed, and left nothing: it is among what is done, and in nobody's way here.
  const done = groups.done.filter((session) => !hasNotStarted(session));
  const sorted = [...groups.running, ...groups.waiting, ...done];
  const isCleared = sorted.length === 0 && sessions !== null && sessions.length > 0 && error === null;
  if (isCleared && !isPersons) return null;
  const shown = all ? sorted : sorted.slice(0, SHOWN);
  return (
    <section className={section.section} aria-label={TEXTS.sessions}>
      <div className={section.heading}>
        <h2>{TEXTS.sessions}</h2>
        {sorted.length > SHOWN && !all && (
          <Button look="quiet" onClick={() => setAll(true)}>
            {TEXTS.allSessions(sorted.length)}
          </Button>
        )}
        <AdministratorsWay />
      </div>
      {error !== null && (
        <ErrorNote
          error={error}
          actions={<Button onClick={() => void useSessions.getState().load()}>{TEXTS.retry}</Button>}
        />
      )}
      {sessions === null && error === null && <Skeleton label={TEXTS.loadingSessions} rows={3} />}
      {sessions?.length === 0 && (
        <div className={styles.empty}>
          <EmptyPanel icon="shield" title={TEXTS.noSessions}>
            {TEXTS.noSessionsWhy}
          </EmptyPanel>
        </div>
      )}
      {shown.length > 0 && (
        <ul className={styles.list}>
          {shown.map((session) => (
            <li key={session.id}>
              <SessionRow session={session} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The way to the sessions that cannot be read without an administrator's password. */
function AdministratorsWay(): ReactElement | null {
  const isPersons = useIsPersons();
  const state = useAdministrators(({ status }) => status.state);
  if (!isPersons || (state !== "off" && state !== "asking")) return null;
  return (
    <Button
      look="quiet"
      icon="shield"
      title={ADMINISTRATORS.showWhy}
      disabled={state === "asking"}
      onClick={() => void useAdministrators.getState().show()}
    >
      {state === "asking" ? ADMINISTRATORS.asking : ADMINISTRATORS.show}
    </Button>
  );
}

function SessionRow({ session }: { session: Session }): ReactElement {
  const now = useClock(isTicking(session) ? 1000 : 60_000);
  const facts = [stateWords(session).short];
  const twin = useTwinMark(session.id);
  const end = endWords(session);
  if (end !== undefined && session.state === "finished") facts.push(end);
  return (
    <button
      type="button"
      className={styles.row}
      onClick={() => useRoute.getState().go({ name: "session", session: session.id })}
    >
      <StateDot session={session} />
      <span className={styles.name}>
        {sessionTitle(session)} <WholeMachineMark of={session.id} words />{" "}
        {twin !== undefined && <span className={styles.twin}>{twin}</span>}
      </span>
      <span className={styles.command}>
        <CommandText command={session.command} />
      </span>
      <span className={styles.state}>{facts.join(" · ")}</span>
      <span className={styles.time} title={formatTime(session.created)}>
        {sessionAge(session, now)}
      </span>
    </button>
  );
}
