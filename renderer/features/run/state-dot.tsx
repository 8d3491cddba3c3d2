// A session's state as a small sign; the word for it stands or is spoken beside it.
import type { ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { cx } from "../../ui/cx.js";
import { Icon } from "../../ui/icon.js";
import { stateSign, stateWords } from "./session-model.js";
import styles from "./state-dot.module.css";

export function StateDot({ session }: { session: Session }): ReactElement {
  const { state, frozen } = session;
  const sign = stateSign(session);
  return (
    <span
      className={cx(
        styles.dot,
        styles[frozen === undefined ? state : "frozen"],
        session.undone === true && styles.undone,
        session.unchanged === true && styles.unchanged,
      )}
      title={stateWords(session).short}
      aria-hidden="true"
    >
      {sign !== undefined && <Icon name={sign} size={12} />}
    </span>
  );
}
