// Choices that most people leave alone, folded under a word. Open when one of them was made, or cannot be understood.
import { useLayoutEffect, useState, type ReactElement, type ReactNode } from "react";
import { Icon } from "../../ui/icon.js";
import { isChosen, wrongFields, type Choices } from "./run-request.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./run-options.module.css";

interface RunSectionProps {
  label: string;
  /** The choices in it. */
  names: readonly (keyof Choices)[];
  children: ReactNode;
}

export function RunSection({ label, names, children }: RunSectionProps): ReactElement {
  const choices = useRun();
  const chosen = isChosen(choices, names);
  const [open, setOpen] = useState(chosen);
  const isWrong = wrongFields(choices).some((field) => names.includes(field));
  // Also where the person has folded it: what the form was refused for is in sight.
  useLayoutEffect(() => {
    if (isWrong) setOpen(true);
  }, [isWrong, choices.error]);
  return (
    <details className={styles.section} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name={open ? "down" : "chevron"} size={14} />
        {label}
        {chosen && <span className={styles.chosen}>{TEXTS.chosen}</span>}
      </summary>
      <div className={styles.inside}>{children}</div>
    </details>
  );
}
