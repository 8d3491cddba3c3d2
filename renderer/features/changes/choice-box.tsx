// Whether a row is part of the commit, for the eye; the row says it to the ear.
import type { ReactElement } from "react";
import type { Choice } from "./selection-model.js";
import styles from "./tree-row.module.css";

export function ChoiceBox({ choice }: { choice: Choice }): ReactElement {
  return (
    <span className={styles.box} data-part="choice" data-choice={choice}>
      {choice !== "none" && (
        <svg
          width="10"
          height="10"
          viewBox="0 0 10 10"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          aria-hidden
        >
          <path d={choice === "all" ? "M1.8 5.4 4 7.6 8.2 2.8" : "M2.2 5h5.6"} />
        </svg>
      )}
    </span>
  );
}
