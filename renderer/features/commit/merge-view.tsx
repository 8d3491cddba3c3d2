// A merge, piece by piece: what comes from where, what is contested and has to be decided, or the whole as text to edit.
import { useState, type ReactElement } from "react";
import type { MergeHunk } from "../../../protocol/src/commit.js";
import { Button } from "../../ui/button.js";
import { cx } from "../../ui/cx.js";
import { formatBytes } from "../../../texts/format.js";
import { Segmented } from "../../ui/segmented.js";
import { showLines } from "../diff/text-model.js";
import { CONFLICT_TEXTS as TEXTS } from "../../../texts/conflicts.js";
import {
  boxText,
  contested,
  withBox,
  withoutBox,
  withTake,
  withText,
  withTyped,
  type Draft,
  type Take,
} from "./merge-model.js";
import styles from "./merge-view.module.css";

/** Of equal lines, so many are shown at each end of a piece. */
const CONTEXT = 3;
/** Of a changed piece, so many lines are shown. */
const MOST = 400;

interface MergeViewProps {
  draft: Draft;
  onDraft: (draft: Draft) => void;
}

export function MergeView({ draft, onDraft }: MergeViewProps): ReactElement {
  const { preview, box, earlier } = draft;
  const [unfit, setUnfit] = useState(false);
  const { all, open } = contested(draft);
  if (box !== null) {
    return (
      <div className={styles.view}>
        <div className={styles.bar}>
          <span>{TEXTS.editLabel}</span>
          <Button onClick={() => onDraft(withoutBox(draft))}>{TEXTS.editBack}</Button>
          <Button
            look="primary"
            disabled={boxText(draft) === draft.text}
            onClick={() => onDraft(withText(draft))}
          >
            {TEXTS.editDone}
          </Button>
        </div>
        <textarea
          className={styles.text}
          aria-label={TEXTS.editLabel}
          spellCheck={false}
          value={box.typed}
          onChange={(event) => onDraft(withTyped(draft, event.target.value))}
        />
      </div>
    );
  }
  const edit = (text?: string): void => {
    const next = withBox(draft, text);
    setUnfit(next === null);
    if (next !== null) onDraft(next);
  };
  return (
    <div className={styles.view}>
      <div className={styles.bar}>
        <span role="status">
          {unfit ? TEXTS.editUnfit : draft.moved ? TEXTS.moved : open > 0 ? TEXTS.openHunks(open) : ""}
        </span>
        {earlier !== null && <Button onClick={() => edit(earlier)}>{TEXTS.editEarlier}</Button>}
        {preview.how !== "append" && <Button onClick={() => edit()}>{TEXTS.edit}</Button>}
      </div>
      <div className={styles.pieces} tabIndex={0} role="region" aria-label={TEXTS.mergeTitle}>
        {preview.omitted > 0 && (
          <p className={styles.folded}>{TEXTS.omitted(formatBytes(preview.omitted))}</p>
        )}
        {preview.hunks.map((hunk, place) => (
          <Piece
            // Hunks have no identity but their place, which never changes.
            // oxlint-disable-next-line react/no-array-index-key -- see above
            key={place}
            hunk={hunk}
            number={all.indexOf(place) + 1}
            of={all.length}
            take={draft.takes.get(place)}
            onTake={(take) => {
              setUnfit(false);
              onDraft(withTake(draft, place, take));
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface PieceProps {
  hunk: MergeHunk;
  /** Which contested piece it is, from 1. */
  number: number;
  of: number;
  take: Take | undefined;
  onTake: (take: Take) => void;
}

function Piece({ hunk, number, of, take, onTake }: PieceProps): ReactElement {
  switch (hunk.what) {
    case "same":
      return <Same text={hunk.text} />;
    case "host":
      return <Changed mark={TEXTS.hunkHost} base={hunk.base} text={hunk.host} />;
    case "session":
      return <Changed mark={TEXTS.hunkSession} base={hunk.base} text={hunk.session} />;
    case "both":
      return <Changed mark={TEXTS.hunkBoth} base={hunk.base} text={hunk.text} />;
    case "conflict": {
      const options = [
        { value: "host", label: TEXTS.takeHost },
        { value: "session", label: TEXTS.takeSession },
        { value: "both", label: TEXTS.takeBoth },
        { value: "base", label: TEXTS.takeBase },
      ] as const;
      const title = TEXTS.hunkConflict(number, of);
      return (
        <section className={cx(styles.contested, take === undefined && styles.undecided)} aria-label={title}>
          <div className={styles.choice}>
            <span>{title}</span>
            <Segmented<Take | "">
              label={title}
              options={options}
              value={take ?? ""}
              onChange={pick(onTake)}
            />
          </div>
          <div className={styles.sides}>
            <Side title={TEXTS.machine} text={hunk.host} taken={take === "host" || take === "both"} />
            <Side
              title={TEXTS.takeSession}
              text={hunk.session}
              taken={take === "session" || take === "both"}
            />
            <Side title={TEXTS.takeBase} text={hunk.base} taken={take === "base"} />
          </div>
        </section>
      );
    }
  }
}

function pick(onTake: (take: Take) => void): (take: Take | "") => void {
  return (take) => {
    if (take !== "") onTake(take);
  };
}

function Side({ title, text, taken }: { title: string; text: string; taken: boolean }): ReactElement {
  return (
    <div className={cx(styles.side, taken && styles.taken)}>
      <h3>{title}</h3>
      {text === "" ? <p className={styles.folded}>{TEXTS.empty}</p> : <pre>{lines(text).join("\n")}</pre>}
    </div>
  );
}

function Same({ text }: { text: string }): ReactElement {
  const all = showLines(text);
  if (all.length <= 2 * CONTEXT + 1) return <pre className={styles.same}>{all.join("\n")}</pre>;
  return (
    <>
      <pre className={styles.same}>{all.slice(0, CONTEXT).join("\n")}</pre>
      <p className={styles.folded}>{TEXTS.hunkSame(all.length - 2 * CONTEXT)}</p>
      <pre className={styles.same}>{all.slice(-CONTEXT).join("\n")}</pre>
    </>
  );
}

function Changed({ mark, base, text }: { mark: string; base: string; text: string }): ReactElement {
  return (
    <div className={styles.changed}>
      <span className={styles.mark}>{mark}</span>
      {base !== "" && (
        <pre className={styles.removed}>
          <del>{lines(base).join("\n")}</del>
        </pre>
      )}
      {text !== "" && (
        <pre className={styles.added}>
          <ins>{lines(text).join("\n")}</ins>
        </pre>
      )}
    </div>
  );
}

function lines(text: string): string[] {
  const all = showLines(text);
  return all.length > MOST ? [...all.slice(0, MOST), TEXTS.more(all.length - MOST)] : all;
}
