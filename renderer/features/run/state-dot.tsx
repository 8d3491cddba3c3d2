// A session's state as a small sign; the word for it stands or is spoken beside it.
import type { ReactElement } from "react";
import type { Session, SessionState } from "../../../protocol/src/session.js";
import { cx } from "../../ui/cx.js";
import { Icon, type IconName } from "../../ui/icon.js";
import { stateWords } from "./session-model.js";
import styles from "./state-dot.module.css";

const ICONS: Partial<Record<SessionState, IconName>> = {
  committed: "check",
  aborted: "abort",
  broken: "alert",
};

export function StateDot({ session }: { session: Session }): ReactElement {
  const { state, frozen } = session;
  const icon = ICONS[state];
  return (
    <span
      className={cx(styles.dot, styles[frozen === undefined ? state : "frozen"])}
      title={stateWords(session).short}
      aria-hidden="true"
    >
      {icon !== undefined && <Icon name={icon} size={12} />}
    </span>
  );
}
