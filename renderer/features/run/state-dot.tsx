// A session's state as a small sign; the word for it stands or is spoken beside it.
import type { ReactElement } from "react";
import type { SessionState } from "../../../protocol/src/session.js";
import { STATE_WORDS } from "../../../texts/sessions.js";
import { cx } from "../../ui/cx.js";
import { Icon, type IconName } from "../../ui/icon.js";
import styles from "./state-dot.module.css";

const ICONS: Partial<Record<SessionState, IconName>> = {
  committed: "check",
  aborted: "abort",
  broken: "alert",
};

export function StateDot({ state }: { state: SessionState }): ReactElement {
  const icon = ICONS[state];
  return (
    <span className={cx(styles.dot, styles[state])} title={STATE_WORDS[state].short} aria-hidden="true">
      {icon !== undefined && <Icon name={icon} size={12} />}
    </span>
  );
}
