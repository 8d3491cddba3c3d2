// Above the change in hand: why it deserves a look.
import type { ReactElement } from "react";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { TEXTS as VIRUS_TEXTS } from "../../../texts/viruses.js";
import { useViruses } from "../viruses/virus-store.js";
import { rulesOf } from "./judge.js";
import { TEXTS } from "../../../texts/review.js";
import styles from "./reasons.module.css";

export function Reasons({ hints, path }: { hints: number; path: PathRef }): ReactElement | null {
  const rules = rulesOf(hints);
  const virus = useViruses((state) => state.names.get(pathKey(path)));
  if (rules.length === 0 && virus === undefined) return null;
  return (
    <ul className={styles.reasons} aria-label={TEXTS.why}>
      {virus !== undefined && (
        <li>
          <span className={styles.flag}>
            <Icon name="alert" size={14} />
          </span>
          <b>{VIRUS_TEXTS.title}.</b> {VIRUS_TEXTS.reason(escapeText(virus))}
        </li>
      )}
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
