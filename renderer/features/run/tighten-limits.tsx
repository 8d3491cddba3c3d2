// Tighter limits for a session that runs: what is typed holds at once. Only ever less for it.
import { useState, type FormEvent, type ReactElement } from "react";
import { FEWEST_PROCESSES, type Tightening } from "../../../protocol/src/session.js";
import { Button } from "../../ui/button.js";
import { parseSize } from "../../../texts/format.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./network-tag.module.css";

const NOTHING = { quota: "", floor: "", memory: "", processes: "" };

interface TightenLimitsProps {
  busy: boolean;
  /** Tells whether it holds. */
  onTighten: (to: Tightening) => Promise<boolean>;
}

export function TightenLimits({ busy, onTighten }: TightenLimitsProps): ReactElement {
  const [typed, setTyped] = useState(NOTHING);
  const to = asked(typed);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (to !== null && (await onTighten(to))) setTyped(NOTHING);
  };
  return (
    <form className={styles.limits} onSubmit={(event) => void submit(event)}>
      <p>{TEXTS.lessWhy}</p>
      <div className={styles.less}>
        {(["quota", "floor", "memory", "processes"] as const).map((name) => (
          <label key={name}>
            {TEXTS.lessNames[name]}
            <input
              value={typed[name]}
              placeholder={TEXTS.lessHints[name]}
              onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
            />
          </label>
        ))}
        <Button type="submit" disabled={busy || to === null}>
          {TEXTS.less}
        </Button>
      </div>
    </form>
  );
}

/** Returns what was typed; null when it cannot be understood, or is nothing. */
function asked(typed: typeof NOTHING): Tightening | null {
  const to: Tightening = {};
  for (const [name, text] of Object.entries(typed) as [keyof typeof NOTHING, string][]) {
    if (text.trim() === "") continue;
    const value = name === "processes" ? Number(text) : parseSize(text);
    const least = name === "processes" ? FEWEST_PROCESSES : 1;
    if (value === null || !Number.isSafeInteger(value) || value < least) return null;
    to[name] = value;
  }
  return Object.keys(to).length === 0 ? null : to;
}
