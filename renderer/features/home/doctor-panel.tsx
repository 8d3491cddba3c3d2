// What this machine can enforce, row by row, each with its mend. Calm when all is well, open when it is not.
import type { ReactElement } from "react";
import type { DoctorRow } from "../../../protocol/src/doctor.js";
import { cx } from "../../ui/cx.js";
import { escapeSentence, escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useHelper } from "../run/helper-store.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./doctor-panel.module.css";

const STATUS_WORDS: Readonly<Record<DoctorRow["status"], string>> = {
  full: TEXTS.full,
  partial: TEXTS.partial,
  none: TEXTS.none,
};

export function DoctorPanel(): ReactElement | null {
  const { rows, rowsError, status } = useHelper();
  if (status.state === "gone" && rows === null) return null;
  const missing = rows?.filter((row) => row.status !== "full").length ?? 0;
  return (
    <details className={styles.panel} open={rowsError !== null || undefined}>
      <summary className={styles.summary}>
        <Icon name="shield" />
        <h2>{TEXTS.doctor}</h2>
        {rows !== null && (
          <span className={styles.verdict}>{missing === 0 ? TEXTS.allFull : TEXTS.someMissing(missing)}</span>
        )}
        <span className={styles.chevron}>
          <Icon name="chevron" size={14} />
        </span>
      </summary>
      <div className={styles.rows}>
        {rowsError !== null && <ErrorNote error={rowsError} />}
        {rows === null && rowsError === null && <Skeleton label={TEXTS.doctorLoading} rows={4} />}
        {rows?.map((row) => (
          <div key={row.feature} className={styles.row}>
            <span className={cx(styles.status, styles[row.status])}>{STATUS_WORDS[row.status]}</span>
            <div>
              <div>{escapeText(row.feature)}</div>
              {row.why !== undefined && <div className={styles.why}>{escapeSentence(row.why)}</div>}
              {row.mend !== undefined && (
                <div className={cx(styles.mend, "selectable")}>
                  {TEXTS.mend} <code>{escapeText(row.mend)}</code>
                </div>
              )}
            </div>
          </div>
        ))}
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
