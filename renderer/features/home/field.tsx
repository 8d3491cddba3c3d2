// A choice that is typed: a size, a number, or places, one a line.
import type { ReactElement } from "react";
import { Option } from "./option.js";
import { wrongFields } from "./run-request.js";
import { useRun } from "./run-store.js";
import styles from "./run-options.module.css";

interface FieldProps {
  name: "quota" | "floor" | "memory" | "processes" | "hide" | "show";
  label: string;
  why: string;
  wrong: string;
  hint: string;
}

export function Field({ name, label, why, wrong, hint }: FieldProps): ReactElement {
  const choices = useRun();
  const { edit } = useRun.getState();
  const isPlaces = name === "hide" || name === "show";
  return (
    <Option label={label} why={why} wrong={wrongFields(choices).includes(name) && wrong}>
      {(field) =>
        isPlaces ? (
          <textarea
            {...field}
            className={styles.places}
            rows={2}
            value={choices[name]}
            spellCheck={false}
            placeholder={hint}
            onChange={(event) => edit({ [name]: event.target.value })}
          />
        ) : (
          <input
            {...field}
            className={`${styles.text} ${styles.size}`}
            value={choices[name]}
            placeholder={hint}
            onChange={(event) => edit({ [name]: event.target.value })}
          />
        )
      }
    </Option>
  );
}
