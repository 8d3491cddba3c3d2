// One choice for a run: its name, its control, and a plain sentence on what it does.
import { useId, type ReactElement, type ReactNode } from "react";
import styles from "./run-options.module.css";

interface Field {
  id: string;
  "aria-describedby": string;
  "aria-invalid": boolean;
}

interface OptionProps {
  label: string;
  why: string;
  /** What is wrong with what was typed. */
  wrong?: string | false;
  /** The control has a label of its own. */
  plain?: boolean;
  children: (field: Field) => ReactNode;
}

export function Option({ label, why, wrong = false, plain = false, children }: OptionProps): ReactElement {
  const id = useId();
  const sentence = useId();
  return (
    <div className={styles.option}>
      {plain ? <span className={styles.label}>{label}</span> : <label htmlFor={id}>{label}</label>}
      <div className={styles.field}>
        {children({ id, "aria-describedby": sentence, "aria-invalid": wrong !== false })}
        <span id={sentence} className={wrong === false ? styles.why : styles.wrong}>
          {wrong === false ? why : wrong}
        </span>
      </div>
    </div>
  );
}
