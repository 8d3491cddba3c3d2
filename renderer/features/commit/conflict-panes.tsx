// Conflicts side by side: all of them on the left, the one in hand on the right, many answered at once.
import { useEffect, useState, type ReactElement } from "react";
import type { Conflict, Resolution } from "../../../protocol/src/errors.js";
import { pathKey } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { cx } from "../../ui/cx.js";
import { useFeed } from "../changes/feed-store.js";
import { kindOf } from "../changes/kinds.js";
import { pathParts } from "../changes/path-parts.js";
import { findNode } from "../changes/tree-model.js";
import { commonChoices, unanswered, type Answer, type Answers } from "./commit-model.js";
import { ConflictDetail } from "./conflict-detail.js";
import { ConflictList } from "./conflict-list.js";
import { alike, choiceWords, type About } from "./conflict-model.js";
import { CONFLICT_TEXTS as TEXTS } from "../../../texts/conflicts.js";
import panes from "../../ui/panes.module.css";
import styles from "./conflict-panes.module.css";

interface ConflictPanesProps {
  about: About;
  conflicts: readonly Conflict[];
  answers: Answers;
  onAnswer: (conflicts: readonly Conflict[], answer: Answer | null) => void;
  /** Called when the ignore list has changed. */
  onIgnored?: () => void;
}

export function ConflictPanes(props: ConflictPanesProps): ReactElement {
  const { about, conflicts, answers, onAnswer, onIgnored } = props;
  const [hand, setHand] = useState("");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const tree = useFeed((state) => state.tree);
  // The one in hand stays in hand when the list is made anew.
  const active = Math.max(
    0,
    conflicts.findIndex((conflict) => pathKey(conflict) === hand),
  );
  useEffect(() => setSelected(new Set()), [conflicts]);

  const answerMany: ConflictPanesProps["onAnswer"] = (many, answer) => {
    onAnswer(many, answer);
    setSelected(new Set());
  };
  const open = TEXTS.unanswered(unanswered(conflicts, answers).length);
  const chosen = conflicts.filter((conflict) => selected.has(pathKey(conflict)));
  const one = conflicts[active];
  const answerOne = (answer: Answer | null): void => {
    if (one !== undefined) onAnswer([one], answer);
  };
  const kind = (conflict: Conflict): ReturnType<typeof kindOf> => {
    const node = findNode(tree, pathParts(conflict));
    return node === undefined ? undefined : kindOf(tree.kind[node]!);
  };
  return (
    <div className={panes.panes}>
      <div className={cx(panes.left, styles.left)}>
        <div
          className={styles.tools}
          role="group"
          aria-label={chosen.length > 0 ? TEXTS.selected(chosen.length) : open}
        >
          {chosen.length > 0 ? (
            <>
              <span>{TEXTS.selected(chosen.length)}</span>
              {commonChoices(chosen).map((choice) => (
                <Many key={choice} about={about} choice={choice} conflicts={chosen} onAnswer={answerMany} />
              ))}
            </>
          ) : (
            <>
              <span>{open}</span>
              {conflicts.length > 1 && (
                <Button
                  look="quiet"
                  onClick={() => setSelected(new Set(conflicts.map((conflict) => pathKey(conflict))))}
                >
                  {TEXTS.selectAll}
                </Button>
              )}
            </>
          )}
        </div>
        <ConflictList
          about={about}
          conflicts={conflicts}
          answers={answers}
          active={active}
          selected={selected}
          onActive={(place) => {
            const next = conflicts[place];
            if (next !== undefined) setHand(pathKey(next));
          }}
          onSelect={setSelected}
        />
      </div>
      {one !== undefined && (
        <ConflictDetail
          key={pathKey(one)}
          about={about}
          conflict={one}
          kind={kind(one)}
          answer={answers.get(pathKey(one))}
          alike={alike(conflicts, one).length}
          onAnswer={answerOne}
          onAnswerAlike={(answer) => onAnswer(alike(conflicts, one), answer)}
          {...(onIgnored === undefined ? {} : { onIgnored })}
        />
      )}
    </div>
  );
}

interface ManyProps {
  about: About;
  choice: Resolution;
  conflicts: readonly Conflict[];
  onAnswer: ConflictPanesProps["onAnswer"];
}

/** One answer for all that are selected, where it is on offer. */
function Many({ about, choice, conflicts, onAnswer }: ManyProps): ReactElement | null {
  const offering = conflicts.filter((conflict) => conflict.choices.includes(choice));
  const [first] = offering;
  if (first === undefined) return null;
  const { label, what } = choiceWords(about, first, choice, undefined);
  return (
    <Button title={what} onClick={() => onAnswer(offering, { choice })}>
      {offering.length === conflicts.length ? label : `${label} (${offering.length})`}
    </Button>
  );
}
