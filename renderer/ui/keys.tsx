// Keys of the keyboard, one beside the other.
import type { ReactElement } from "react";
import styles from "./keys.module.css";

export function Keys({ keys }: { keys: readonly string[] }): ReactElement {
  return (
    <span className={styles.keys}>
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
