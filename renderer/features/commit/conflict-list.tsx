// Conflicts, however many, each with why it is one and what can be done about it.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, type ReactElement } from "react";
import type { Conflict, Resolution } from "../../../protocol/src/errors.js";
import { pathKey } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { displayPath } from "../../ui/escape.js";
import { formatAgo, formatTime } from "../../ui/format.js";
import { PathText } from "../../ui/path-text.js";
import { commonChoices, type Answers } from "./commit-model.js";
import { REASON_WORDS, RESOLUTION_WORDS, TEXTS } from "./texts.js";
import styles from "./conflict-list.module.css";

const ITEM = 76;

interface ConflictListProps {
  conflicts: readonly Conflict[];
  /** Absent where nothing can be answered: the list only tells. */
  answers?: Answers;
  onAnswer?: (conflicts: readonly Conflict[], answer: Resolution) => void;
}

export function ConflictList({ conflicts, answers, onAnswer }: ConflictListProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: conflicts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ITEM,
    overscan: 6,
  });
  const choices = commonChoices(conflicts);
  const now = Date.now();
  return (
    <>
      {onAnswer !== undefined && conflicts.length > 1 && choices.length > 0 && (
        <div className={styles.all} role="group" aria-label={TEXTS.answerAll}>
          {TEXTS.answerAll}
          {choices.map((choice) => (
            <Button
              key={choice}
              title={RESOLUTION_WORDS[choice].what}
              onClick={() => onAnswer(conflicts, choice)}
            >
              {RESOLUTION_WORDS[choice].label}
            </Button>
          ))}
        </div>
      )}
      <div
        ref={scroller}
        className={styles.list}
        tabIndex={0}
        role="region"
        aria-label={TEXTS.conflictsTitle(conflicts.length)}
      >
        <div style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const conflict = conflicts[index];
            if (conflict === undefined) return null;
            return (
              <div
                key={pathKey(conflict)}
                className={styles.item}
                style={{ transform: `translateY(${start}px)` }}
              >
                <div className={styles.what}>
                  <PathText
                    path={conflict}
                    {...(styles.path === undefined ? {} : { className: styles.path })}
                  />
                  <p className={styles.reason} title={REASON_WORDS[conflict.reason]}>
                    {REASON_WORDS[conflict.reason]}
                  </p>
                  <Times conflict={conflict} now={now} />
                </div>
                {answers !== undefined && onAnswer !== undefined && (
                  <Choice conflict={conflict} answer={answers.get(pathKey(conflict))} onAnswer={onAnswer} />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

function Times({ conflict, now }: { conflict: Conflict; now: number }): ReactElement {
  const { first_seen: seen, host_changed: changed } = conflict;
  const parts: string[] = [];
  if (seen !== undefined) parts.push(TEXTS.seen(formatAgo(seen, now)));
  if (changed !== undefined) parts.push(TEXTS.hostChanged(formatAgo(changed, now)));
  const title = [seen, changed]
    .filter((time) => time !== undefined)
    .map(formatTime)
    .join(" · ");
  return (
    <p className={styles.times} title={title}>
      {parts.join(" · ")}
    </p>
  );
}

interface ChoiceProps {
  conflict: Conflict;
  answer: Resolution | undefined;
  onAnswer: (conflicts: readonly Conflict[], answer: Resolution) => void;
}

function Choice({ conflict, answer, onAnswer }: ChoiceProps): ReactElement {
  if (conflict.choices.length === 0) return <span className={styles.times}>{TEXTS.noChoice}</span>;
  return (
    <select
      className={styles.select}
      aria-label={TEXTS.choice(displayPath(conflict))}
      value={answer ?? ""}
      onChange={(event) => {
        const choice = conflict.choices.find((each) => each === event.target.value);
        if (choice !== undefined) onAnswer([conflict], choice);
      }}
    >
      <option value="" disabled>
        …
      </option>
      {conflict.choices.map((choice) => (
        <option key={choice} value={choice}>
          {RESOLUTION_WORDS[choice].label}
        </option>
      ))}
    </select>
  );
}
