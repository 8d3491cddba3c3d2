// Below the change in hand: the terminal, the programs, what the network was asked, a shell to look around, another program. Terminals stay
// alive and keep their size while another one is shown.
import { useEffect, useState, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { Segmented } from "../../ui/segmented.js";
import { InspectionPane } from "../terminal/inspection-pane.js";
import { MorePane } from "../terminal/more-pane.js";
import { TerminalPane } from "../terminal/terminal-pane.js";
import { LOWER_PANES, useLower, type Shown } from "./lower-store.js";
import { NetworkPane } from "./network-pane.js";
import { ProgramsPane } from "./programs-pane.js";
import styles from "./lower-pane.module.css";

export function LowerPane({ session, begun }: { session: Session; begun: boolean }): ReactElement {
  // What another session showed is nothing to this one, and begins nothing here.
  const shown = useLower((state) => (state.session === session.id ? state.shown : "terminal"));
  const { show } = useLower.getState();
  /** What was shown: terminals among it live on behind another pane. */
  const [seen, setSeen] = useState<ReadonlySet<Shown>>(new Set());
  useEffect(() => useLower.getState().begin(session.id), [session.id]);
  useEffect(() => setSeen((before) => new Set([...before, shown])), [shown]);
  const isKept = (pane: Shown): boolean => shown === pane || seen.has(pane);
  const head = (
    <Segmented<Shown>
      label={LOWER_PANES.map((option) => option.label).join(", ")}
      options={LOWER_PANES}
      value={shown}
      onChange={show}
    />
  );
  return (
    <div className={styles.lower}>
      <div className={styles.layer} inert={shown !== "terminal"}>
        <TerminalPane session={session} begun={begun} head={head} />
      </div>
      {shown === "programs" && (
        <div className={styles.layer}>
          <ProgramsPane key={session.id} session={session} head={head} />
        </div>
      )}
      {shown === "network" && (
        <div className={styles.layer}>
          <NetworkPane key={session.id} session={session} head={head} />
        </div>
      )}
      {isKept("inspection") && (
        <div className={styles.layer} inert={shown !== "inspection"}>
          <InspectionPane key={session.id} session={session} head={head} />
        </div>
      )}
      {isKept("more") && (
        <div className={styles.layer} inert={shown !== "more"}>
          <MorePane key={session.id} session={session} head={head} />
        </div>
      )}
    </div>
  );
}
