// Above the change in hand: why it deserves a look.
import type { ReactElement } from "react";
import { Icon } from "../../ui/icon.js";
import { rulesOf } from "./judge.js";
import { TEXTS } from "./texts.js";
import styles from "./reasons.module.css";

export function Reasons({ hints }: { hints: number }): ReactElement | null {
  const rules = rulesOf(hints);
  if (rules.length === 0) return null;
  return (
    <ul className={styles.reasons} aria-label={TEXTS.why}>
      {rules.map(({ id, name, reason }) => (
        <li key={id}>
          <span className={styles.flag}>
            <Icon name="flag" size={14} />
          </span>
          <b>{name}.</b> {reason}
        </li>
      ))}
    </ul>
  );
}
