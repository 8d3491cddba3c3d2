// Grey bars where rows will be.
import type { ReactElement } from "react";
import styles from "./skeleton.module.css";

const WIDTHS = ["62%", "48%", "71%", "39%", "55%", "66%", "44%"];

export function Skeleton({ label, rows = 6 }: { label: string; rows?: number }): ReactElement {
  return (
    <div className={styles.skeleton} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.bar} style={{ width: WIDTHS[row % WIDTHS.length] }} />
      ))}
    </div>
  );
}
