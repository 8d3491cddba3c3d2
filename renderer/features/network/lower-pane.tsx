// Below the change in hand: the terminal, the programs, what the network was asked, or a shell to look around. Terminals stay
// alive and keep their size while another one is shown.
import { useEffect, useState, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { Segmented } from "../../ui/segmented.js";
import { InspectionPane } from "../terminal/inspection-pane.js";
import { TerminalPane } from "../terminal/terminal-pane.js";
import { INSPECTION, TEXTS as TERMINAL } from "../../../texts/terminal.js";
import { useLower, type Shown } from "./lower-store.js";
import { NetworkPane } from "./network-pane.js";
import { ProgramsPane } from "./programs-pane.js";
import { PROGRAMS, TEXTS } from "../../../texts/network.js";
import styles from "./lower-pane.module.css";

const OPTIONS = [
  { value: "terminal", label: TERMINAL.title },
  { value: "programs", label: PROGRAMS.title },
  { value: "network", label: TEXTS.title },
  { value: "inspection", label: INSPECTION.title },
] as const;

export function LowerPane({ session, begun }: { session: Session; begun: boolean }): ReactElement {
  const { shown, show: choose } = useLower();
  /** The session that a shell looks at. */
  const [inspected, setInspected] = useState<string | null>(null);
  // What another session showed is nothing to this one.
  useEffect(() => useLower.getState().begin(), [session.id]);
  const show = (wanted: Shown): void => {
    choose(wanted);
    if (wanted === "inspection") setInspected(session.id);
  };
  const head = (
    <Segmented<Shown>
      label={OPTIONS.map((option) => option.label).join(", ")}
      options={OPTIONS}
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
      {(shown === "inspection" || inspected === session.id) && (
        <div className={styles.layer} inert={shown !== "inspection"}>
          <InspectionPane key={session.id} session={session} head={head} />
        </div>
      )}
    </div>
  );
}
