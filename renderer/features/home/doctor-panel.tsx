// What this machine can enforce: what is missing, each with its mend, and folded below it what holds. Calm when all is well.
import type { ReactElement } from "react";
import { cx } from "../../ui/cx.js";
import { escapeSentence, escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useHelper } from "../run/helper-store.js";
import { TEXTS } from "../../../texts/doctor.js";
import { findingsOf, type Missing } from "./doctor-model.js";
import styles from "./doctor-panel.module.css";

export function DoctorPanel(): ReactElement | null {
  const { rows, rowsError, status } = useHelper();
  if (status.state === "gone" && rows === null) return null;
  const { gaps, holds } = findingsOf(rows ?? []);
  return (
    <details className={styles.panel} open={rowsError !== null || undefined}>
      <summary className={styles.summary}>
        <Icon name="shield" />
        <h2>{TEXTS.title}</h2>
        {rows !== null && (
          <span className={styles.verdict}>
            {gaps.length === 0 ? TEXTS.allFull : TEXTS.missing(gaps.length)}
          </span>
        )}
        <span className={styles.chevron}>
          <Icon name="chevron" size={14} />
        </span>
      </summary>
      <div className={styles.rows}>
        {rowsError !== null && <ErrorNote error={rowsError} />}
        {rows === null && rowsError === null && <Skeleton label={TEXTS.loading} rows={4} />}
        {gaps.map((gap) => (
          <GapRow key={`${gap.title} ${gap.why}`} gap={gap} />
        ))}
        {holds.length > 0 && (
          <details className={styles.holds} open={gaps.length === 0 || undefined}>
            <summary>{TEXTS.holds(holds.length)}</summary>
            <ul>
              {holds.map((name) => (
                <li key={name}>
                  <Icon name="check" size={12} />
                  {escapeText(name)}
                </li>
              ))}
            </ul>
          </details>
        )}
        {status.state === "ready" && (
          <p className={styles.meta}>
            {status.mode === "system" ? TEXTS.systemMode : TEXTS.userMode} · {status.version} ·{" "}
            {escapeText(status.store)}
          </p>
        )}
      </div>
    </details>
  );
}

function GapRow({ gap: { title, status, why, next, type, places } }: { gap: Missing }): ReactElement {
  return (
    <div className={styles.row}>
      <span className={cx(styles.status, styles[status])}>{TEXTS.status[status]}</span>
      <div>
        <div>{escapeText(title)}</div>
        <div className={styles.why}>{escapeSentence(why)}</div>
        {places.length > 0 && (
          <ul className={styles.places}>
            {places.map((place) => (
              <li key={place}>{escapeText(place)}</li>
            ))}
          </ul>
        )}
        {next !== "" && (
          <div className={cx(styles.mend, "selectable")}>
            {escapeSentence(next)} {type !== "" && <code>{type}</code>}
          </div>
        )}
      </div>
    </div>
  );
}
