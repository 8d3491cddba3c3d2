// Below the change in hand: the terminal, the programs, or what the network was asked. The terminal stays alive and keeps
// its size while the other is shown.
import { useState, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { Segmented } from "../../ui/segmented.js";
import { TerminalPane } from "../terminal/terminal-pane.js";
import { TEXTS as TERMINAL } from "../terminal/texts.js";
import { NetworkPane } from "./network-pane.js";
import { ProgramsPane } from "./programs-pane.js";
import { PROGRAMS, TEXTS } from "./texts.js";
import styles from "./lower-pane.module.css";

type Shown = "terminal" | "programs" | "network";
const OPTIONS = [
  { value: "terminal", label: TERMINAL.title },
  { value: "programs", label: PROGRAMS.title },
  { value: "network", label: TEXTS.title },
] as const;

export function LowerPane({ session, begun }: { session: Session; begun: boolean }): ReactElement {
  const [shown, setShown] = useState<Shown>("terminal");
  const head = (
    <Segmented<Shown>
      label={OPTIONS.map((option) => option.label).join(", ")}
      options={OPTIONS}
      value={shown}
      onChange={setShown}
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
    </div>
  );
}
