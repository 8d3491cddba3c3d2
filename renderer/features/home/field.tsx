// A choice that is typed: a size, a number, or places, one a line.
import type { ReactElement } from "react";
import { Option } from "./option.js";
import { wrongFields } from "./run-request.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./run-options.module.css";

type FieldName = "quota" | "floor" | "memory" | "processes" | "hide" | "show";

interface FieldWords {
  label: string;
  why: string;
  wrong: string;
  hint: string;
}

/** What each field is called, does and takes. */
const FIELDS: Readonly<Record<FieldName, FieldWords>> = {
  hide: { label: TEXTS.hide, why: TEXTS.hideWhy, wrong: TEXTS.hideWrong, hint: TEXTS.hideHint },
  show: { label: TEXTS.show, why: TEXTS.showWhy, wrong: TEXTS.hideWrong, hint: TEXTS.showHint },
  quota: { label: TEXTS.quota, why: TEXTS.quotaWhy, wrong: TEXTS.sizeWrong, hint: TEXTS.quotaHint },
  floor: { label: TEXTS.floor, why: TEXTS.floorWhy, wrong: TEXTS.sizeWrong, hint: TEXTS.usualHint },
  memory: { label: TEXTS.memory, why: TEXTS.memoryWhy, wrong: TEXTS.sizeWrong, hint: TEXTS.usualHint },
  processes: {
    label: TEXTS.processes,
    why: TEXTS.processesWhy,
    wrong: TEXTS.processesWrong,
    hint: TEXTS.processesHint,
  },
};

export function Field({ name }: { name: FieldName }): ReactElement {
  const { label, why, wrong, hint } = FIELDS[name];
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
