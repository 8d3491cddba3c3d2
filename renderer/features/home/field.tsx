// A choice that is typed: a size, a number, or places, one a line.
import type { ReactElement } from "react";
import { Option } from "./option.js";
import { wrongFields } from "./run-request.js";
import { useRun } from "./run-store.js";
import { TEXTS, WRONG_FIELDS } from "../../../texts/home.js";
import styles from "./run-options.module.css";

type FieldName = "quota" | "floor" | "memory" | "processes" | "hide" | "show";

interface FieldWords {
  why: string;
  hint: string;
}

/** What each field does and takes. */
const FIELDS: Readonly<Record<FieldName, FieldWords>> = {
  hide: { why: TEXTS.hideWhy, hint: TEXTS.hideHint },
  show: { why: TEXTS.showWhy, hint: TEXTS.showHint },
  quota: { why: TEXTS.quotaWhy, hint: TEXTS.quotaHint },
  floor: { why: TEXTS.floorWhy, hint: TEXTS.usualHint },
  memory: { why: TEXTS.memoryWhy, hint: TEXTS.usualHint },
  processes: { why: TEXTS.processesWhy, hint: TEXTS.processesHint },
};

export function Field({ name }: { name: FieldName }): ReactElement {
  const { why, hint } = FIELDS[name];
  const { label, why: wrong } = WRONG_FIELDS[name];
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
