// One conflict, looked at closely: what happened, what can be done about it, and the differences side by side.
import { useEffect, useState, type ReactElement } from "react";
import type { ChangeKind } from "../../../protocol/src/change.js";
import type { Conflict, Resolution } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { cx } from "../../ui/cx.js";
import { displayPath } from "../../ui/escape.js";
import { formatAgo, formatTime } from "../../../texts/format.js";
import { Segmented } from "../../ui/segmented.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorNote, ErrorPanel } from "../../ui/state-panel.js";
import { TEXTS as DIFF_TEXTS } from "../../../texts/diff.js";
import { refOf, type Answer } from "./commit-model.js";
import {
  choiceWords,
  comparisons,
  reasonWords,
  sourcesOf,
  versionRows,
  type About,
  type Comparison,
} from "./conflict-model.js";
import { CONFLICT_TEXTS as TEXTS } from "../../../texts/conflicts.js";
import { IgnoreMore } from "./ignore-more.js";
import { answerOf, isWorked, type Draft } from "./merge-model.js";
import { MergeView } from "./merge-view.js";
import { VersionDiff } from "./version-diff.js";
import { isError, useVersions, type Known } from "./versions-store.js";
import styles from "./conflict-detail.module.css";

interface ConflictDetailProps {
  about: About;
  conflict: Conflict;
  kind: ChangeKind | undefined;
  answer: Answer | undefined;
  /** How many conflicts are of this sort, this one included. */
  alike: number;
  onAnswer: (answer: Answer | null) => void;
  onAnswerAlike: (answer: Answer) => void;
  onIgnored?: () => void;
}

export function ConflictDetail(props: ConflictDetailProps): ReactElement {
  const { about, conflict, kind, answer, alike, onAnswer, onAnswerAlike, onIgnored } = props;
  const key = pathKey(conflict);
  const versions = useVersions((state) => state.versions.get(key));
  const draft = useVersions((state) => state.drafts.get(key));
  const round = useVersions((state) => state.round);
  const { load, setDraft } = useVersions.getState();
  useEffect(() => void load(about, conflict), [load, about, conflict, round]);

  const merging = draft !== undefined && !isError(draft) ? draft : undefined;
  const [wish, setWish] = useState<View | null>(null);
  // Chosen, though not all its places are decided yet. To look at a merge is not to choose it.
  const [wantsMerge, setWantsMerge] = useState(false);
  // In a small window a merge by hand has the pane, and the rest is folded to one line.
  const [folded, setFolded] = useState(false);
  const shown = versions !== undefined && !isError(versions) ? versions : null;
  const views: View[] = [
    ...(merging === undefined ? [] : (["merged"] as const)),
    ...(shown === null ? [] : comparisons(shown, conflict.only_read === true)),
  ];
  const compared = views.find((each) => each !== "merged") ?? null;
  // What a person has begun is in sight when they come back to it.
  const begun = merging !== undefined && isWorked(merging);
  const usual = begun ? "merged" : (compared ?? views[0]);
  const view = wish !== null && views.includes(wish) ? wish : usual;

  // A merge by hand is chosen before all its places are decided.
  const chosen = answer?.choice ?? (wantsMerge ? "merge" : undefined);
  const onDraft = (next: Draft): void => {
    setDraft(key, next);
    const decides = next.text !== merging?.text || next.takes !== merging.takes;
    // To type is not to choose the merge; where it is chosen, what is typed has to be used first.
    if (!decides && chosen !== "merge") return;
    setWantsMerge(true);
    const made = answerOf(next);
    if (made !== null || answer?.choice === "merge") onAnswer(made);
  };
  const choose = (choice: Resolution): void => {
    if (choice === "merge") setWish("merged");
    else if (view === "merged") setWish(compared);
    setWantsMerge(choice === "merge");
    setFolded(choice === "merge" && conflict.merge === "by-hand");
    if (choice !== "merge") onAnswer({ choice });
    // Until all places are decided there is no answer: a former one is none any more.
    else if (merging === undefined) onAnswer(conflict.merge === "by-hand" ? null : { choice });
    else onAnswer(answerOf(merging));
  };
  return (
    <div className={cx(styles.detail, folded && styles.folded)}>
      <div className={styles.head}>
        <h2 className="selectable">{displayPath(conflict)}</h2>
        <p>{reasonWords(about, conflict)}</p>
        <div className={styles.unfold}>
          <span>{TEXTS.mergingByHand}</span>
          <Button look="quiet" onClick={() => setFolded(false)}>
            {TEXTS.otherAnswer}
          </Button>
        </div>
      </div>
      <div className={styles.facts}>
        <div className={styles.told}>
          {isError(versions) ? (
            <ErrorNote error={versions} />
          ) : (
            <VersionTable about={about} conflict={conflict} versions={shown} />
          )}
        </div>
        <Choices
          about={about}
          conflict={conflict}
          kind={kind}
          answer={answer}
          chosen={chosen}
          onChoose={choose}
        />
        <div className={styles.more}>
          {alike > 1 && answer !== undefined && answer.merged === undefined && (
            <Button title={TEXTS.alikeWhy} onClick={() => onAnswerAlike(answer)}>
              {TEXTS.alike(alike)}
            </Button>
          )}
          {conflict.only_read !== true && onIgnored !== undefined && (
            <IgnoreMore path={conflict} onIgnored={onIgnored} />
          )}
        </div>
      </div>
      <section className={styles.differences} aria-label={TEXTS.differences}>
        <div className={styles.bar}>
          <h3>{TEXTS.differences}</h3>
          {view !== undefined && views.length > 1 && (
            <Segmented
              label={TEXTS.differences}
              options={views.map((value) => ({ value, label: TEXTS.compare[value] }))}
              value={view}
              onChange={setWish}
            />
          )}
        </div>
        <div className={styles.body}>
          {versions === undefined ? (
            <Skeleton label={DIFF_TEXTS.loading} rows={6} />
          ) : isError(draft) && wish === "merged" ? (
            <ErrorPanel error={draft} />
          ) : view === undefined ? (
            <EmptyPanel icon="file" title={TEXTS.noText}>
              {about.what === "undo"
                ? TEXTS.noUndoText
                : conflict.only_read === true
                  ? TEXTS.onlyRead
                  : TEXTS.noTextWhy}
            </EmptyPanel>
          ) : view === "merged" ? (
            merging !== undefined && <MergeView draft={merging} onDraft={onDraft} />
          ) : (
            shown !== null && (
              <SideBySide
                key={`${key}\n${view}`}
                about={about}
                path={conflict}
                known={shown}
                comparison={view}
              />
            )
          )}
        </div>
      </section>
    </div>
  );
}

type View = Comparison | "merged";

interface SideBySideProps {
  about: About;
  path: PathRef;
  known: Known;
  comparison: Comparison;
}

/** Two versions as text; what was read is one conflict's, and its path alone counts. */
function SideBySide({ about, path, known, comparison }: SideBySideProps): ReactElement {
  const [left, right] = sourcesOf(about, refOf(path), known, comparison);
  return (
    <>
      <div className={styles.titles}>
        {TEXTS.compared[comparison].map((title) => (
          <h4 key={title}>{title}</h4>
        ))}
      </div>
      <VersionDiff left={left} right={right} />
    </>
  );
}

interface VersionTableProps {
  about: About;
  conflict: Conflict;
  versions: Known | null;
}

function VersionTable({ about, conflict, versions }: VersionTableProps): ReactElement {
  const now = Date.now();
  return (
    <table className={styles.versions}>
      <caption>{TEXTS.versions}</caption>
      <thead>
        <tr>
          <th scope="col">{TEXTS.version}</th>
          <th scope="col">{TEXTS.what}</th>
          <th scope="col">{TEXTS.when}</th>
        </tr>
      </thead>
      <tbody>
        {versionRows(about, conflict, versions).map((row) => (
          <tr key={row.what}>
            <th scope="row">{row.what}</th>
            <td>{row.is ?? TEXTS.unknown}</td>
            <td title={row.when === undefined ? undefined : formatAgo(row.when, now)}>
              {row.when === undefined ? TEXTS.unknown : formatTime(row.when)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ChoicesProps {
  about: About;
  conflict: Conflict;
  kind: ChangeKind | undefined;
  answer: Answer | undefined;
  /** What is chosen, also where that is no answer yet. */
  chosen: Resolution | undefined;
  onChoose: (choice: Resolution) => void;
}

function Choices({ about, conflict, kind, answer, chosen, onChoose }: ChoicesProps): ReactElement {
  const byHand = conflict.merge === "by-hand";
  const choices: readonly Resolution[] = byHand ? [...conflict.choices, "merge"] : conflict.choices;
  if (choices.length === 0) return <p>{about.what === "undo" ? TEXTS.undoNoChoice : TEXTS.noChoice}</p>;
  const isMade = answer?.choice === "merge" && answer.merged !== undefined;
  return (
    <fieldset className={styles.choices}>
      <legend>{TEXTS.decide}</legend>
      {choices.map((choice) => {
        const words =
          choice === "merge" && isMade
            ? { label: TEXTS.merge, what: TEXTS.mergeMade }
            : choice === "merge" && byHand
              ? { label: TEXTS.mergeByHand, what: TEXTS.mergeByHandWhat }
              : choiceWords(about, conflict, choice, kind);
        return (
          <label key={choice} className={styles.choice}>
            <input
              type="radio"
              name="conflict-choice"
              checked={chosen === choice}
              aria-label={`${words.label}: ${words.what}`}
              // A click says it also where it is chosen already: the merge is shown again.
              onClick={() => onChoose(choice)}
              onChange={() => undefined}
            />
            <span>
              <strong>{words.label}</strong> {words.what}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
