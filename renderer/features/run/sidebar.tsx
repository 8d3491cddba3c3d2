// The way around: Home, the sessions by what they ask of a person, History and Settings.
import { useState, type ButtonHTMLAttributes, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { IconButton } from "../../ui/button.js";
import { formatAge } from "../../../texts/format.js";
import { Icon, type IconName } from "../../ui/icon.js";
import { useClock } from "../../ui/use-clock.js";
import { useSettings } from "../settings/settings-store.js";
import { isTicking, sessionAge, stateWords } from "./session-model.js";
import { sessionTitle } from "../../../texts/titles.js";
import { useGroups, useSessions, useTwinMark } from "./sessions-store.js";
import { WholeMachineMark } from "./whole-machine-mark.js";
import { StateDot } from "./state-dot.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./sidebar.module.css";

/** Of what is done so many are listed at first. */
const DONE_SHOWN = 5;
/** In milliseconds. */
const DAY = 86_400_000;

export function Sidebar(): ReactElement {
  const screen = useRoute((state) => state.screen);
  const { go, show } = useRoute.getState();
  const sessions = useSessions((state) => state.sessions);
  const groups = useGroups();

  return (
    <nav className={styles.sidebar} aria-label={TEXTS.navigation}>
      <div className={styles.brand}>
        <Icon name="shield" size={18} />
        <span>Alcatraz</span>
        <IconButton icon="sidebar" label={TEXTS.hideSidebar} onClick={useSettings.getState().toggleSidebar} />
      </div>
      <div className={styles.nav}>
        <NavItem
          icon="play"
          label={TEXTS.home}
          current={screen.name === "home"}
          onClick={() => go({ name: "home" })}
        />
      </div>
      <div className={styles.list}>
        {sessions?.length === 0 && <p className={styles.empty}>{TEXTS.noSessions}</p>}
        <Group title={TEXTS.running} sessions={groups.running} />
        <Group title={TEXTS.waiting} sessions={groups.waiting} />
        <Done sessions={groups.done} />
      </div>
      <div className={styles.foot}>
        <NavItem
          icon="clock"
          label={TEXTS.history}
          current={screen.name === "history"}
          onClick={() => go({ name: "history" })}
        />
        <NavItem icon="keyboard" label={TEXTS.shortcuts} current={false} onClick={() => show("shortcuts")} />
        <NavItem icon="gear" label={TEXTS.settings} current={false} onClick={() => show("settings")} />
      </div>
    </nav>
  );
}

interface NavItemProps {
  icon: IconName;
  label: string;
  current: boolean;
  onClick: () => void;
}

function NavItem({ icon, label, current, onClick }: NavItemProps): ReactElement {
  return (
    <button
      type="button"
      className={styles.item}
      aria-current={current ? "page" : undefined}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span className={styles.name}>{label}</span>
    </button>
  );
}

function Group({ title, sessions }: { title: string; sessions: readonly Session[] }): ReactElement | null {
  if (sessions.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className={styles.group}>{title}</h2>
      {sessions.map((session) => (
        <SessionItem key={session.id} session={session} />
      ))}
    </section>
  );
}

/** The newest few, the rest on request: what is done shall not hide what is to be decided. */
function Done({ sessions }: { sessions: readonly Session[] }): ReactElement | null {
  const [all, setAll] = useState(false);
  if (sessions.length === 0) return null;
  const shown = all ? sessions : sessions.slice(0, DONE_SHOWN);
  return (
    <section aria-label={TEXTS.done}>
      <div className={styles.head}>
        <h2 className={styles.group}>{TEXTS.done}</h2>
        <SmallButton
          icon="abort"
          label={TEXTS.clear}
          title={TEXTS.clearWhy}
          onClick={() => useSessions.getState().clearDone()}
        />
      </div>
      {shown.map((session) => (
        <SessionItem key={session.id} session={session} />
      ))}
      {sessions.length > DONE_SHOWN && (
        <SmallButton
          icon={all ? "collapse" : "more"}
          label={all ? TEXTS.fewer : TEXTS.showAll(sessions.length)}
          aria-expanded={all}
          onClick={() => setAll(!all)}
        />
      )}
    </section>
  );
}

interface SmallButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  label: string;
}

/** A word, or its sign where there is no room for words. */
function SmallButton({ icon, label, ...rest }: SmallButtonProps): ReactElement {
  return (
    <button type="button" className={styles.small} title={label} {...rest}>
      <Icon name={icon} size={14} />
      <span className={styles.word}>{label}</span>
    </button>
  );
}

function SessionItem({ session }: { session: Session }): ReactElement {
  const current = useRoute((state) => state.screen.name === "session" && state.screen.session === session.id);
  const live = isTicking(session);
  const now = useClock(live ? 1000 : 60_000);
  const title = sessionTitle(session);
  const twin = useTwinMark(session.id);
  // Of an earlier day, what tells it apart needs the room, and tells the day better than the age does.
  const isDayTold = twin !== undefined && !live && now - Date.parse(session.created) >= DAY;
  const age = live ? sessionAge(session, now) : formatAge(session.ended ?? session.created, now);
  return (
    <button
      type="button"
      className={styles.item}
      aria-current={current ? "page" : undefined}
      title={twin === undefined ? title : TEXTS.begun(title, twin)}
      onClick={() => useRoute.getState().go({ name: "session", session: session.id })}
    >
      <StateDot session={session} />
      <span className={styles.name}>
        {title}
        <span className="spoken">, {stateWords(session).short}</span>
      </span>
      <WholeMachineMark of={session.id} />
      {twin !== undefined && <span className={styles.twin}>{twin}</span>}
      {!isDayTold && <span className={styles.note}>{age}</span>}
    </button>
  );
}
