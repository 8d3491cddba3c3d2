// A pane below the change in hand: a line with what leads to the others and a note, and below it what the pane shows.
import { useId, type ReactElement, type ReactNode } from "react";
import styles from "./pane.module.css";

interface PaneProps {
  title: string;
  /** Stands where the pane's title would. */
  head: ReactNode;
  note?: string | undefined;
  /** The note in full: on hover, and for who hears the page. */
  noteWhy?: string | undefined;
  action?: ReactNode;
  children: ReactNode;
}

export function Pane({ title, head, note, noteWhy, action, children }: PaneProps): ReactElement {
  const why = useId();
  return (
    <section
      className={styles.pane}
      aria-label={title}
      aria-describedby={noteWhy === undefined ? undefined : why}
    >
      <div className={styles.head}>
        {head}
        {note !== undefined && (
          <span className={styles.note} title={noteWhy}>
            {note}
          </span>
        )}
        {noteWhy !== undefined && (
          <span id={why} hidden>
            {noteWhy}
          </span>
        )}
        {action}
      </div>
      {children}
    </section>
  );
}
