// A progress bar with its words and counts; without a total it only says that work goes on.
import type { ReactElement } from "react";
import { formatCount } from "../../texts/format.js";
import styles from "./progress-bar.module.css";
import { cx } from "./cx.js";

interface ProgressBarProps {
  label: string;
  done?: number | undefined;
  total?: number | undefined;
}

export function ProgressBar({ label, done, total }: ProgressBarProps): ReactElement {
  const known = done !== undefined && total !== undefined && total > 0;
  const part = known ? Math.min(1, done / total) : 0;
  return (
    <div className={styles.box}>
      <span>{label}</span>
      <span>{known ? `${formatCount(done)} of ${formatCount(total)}` : done ? formatCount(done) : ""}</span>
      <div
        className={styles.track}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={known ? total : undefined}
        aria-valuenow={known ? done : undefined}
      >
        <div
          className={cx(styles.fill, !known && styles.unknown)}
          style={known ? { width: `${part * 100}%` } : undefined}
        />
      </div>
    </div>
  );
}
