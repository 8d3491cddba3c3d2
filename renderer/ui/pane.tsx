// A pane below the change in hand: a line with what leads to the others and a note, and below it what the pane shows.
import type { ReactElement, ReactNode } from "react";
import styles from "./pane.module.css";

interface PaneProps {
  title: string;
  /** Stands where the pane's title would. */
  head: ReactNode;
  note?: string | undefined;
  /** The note in full, on hover. */
  noteWhy?: string | undefined;
  action?: ReactNode;
  children: ReactNode;
}

export function Pane({ title, head, note, noteWhy, action, children }: PaneProps): ReactElement {
  return (
    <section className={styles.pane} aria-label={title}>
      <div className={styles.head}>
        {head}
        {note !== undefined && (
          <span className={styles.note} title={noteWhy}>
            {note}
          </span>
        )}
        {action}
      </div>
      {children}
    </section>
  );
}
