// The results of two sessions side by side: the paths that differ on the left, both versions of the one in hand beside.
import { useEffect, useState, type ReactElement } from "react";
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { Comparison } from "../../../protocol/src/commit.js";
import type { Description, SideFacts } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { displayPath } from "../../ui/escape.js";
import { formatCount } from "../../../texts/format.js";
import { PathText } from "../../ui/path-text.js";
import { PickList } from "../../ui/pick-list.js";
import { Segmented } from "../../ui/segmented.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { VersionDiff } from "../commit/version-diff.js";
import { DetailsView } from "../diff/details-view.js";
import { PagedText } from "../diff/paged-text.js";
import { TEXTS as DIFF_TEXTS } from "../../../texts/diff.js";
import { compareRows, type ComparePart } from "./compare-model.js";
import { TEXTS } from "../../../texts/run.js";
import panes from "../../ui/panes.module.css";
import styles from "./compare-screen.module.css";

interface CompareScreenProps {
  comparison: Comparison;
  /** The sessions: the earlier one, and the one that ran its command once more. */
  first: string;
  second: string;
  onClose: () => void;
}

export function CompareScreen({ comparison, first, second, onClose }: CompareScreenProps): ReactElement {
  const [wish, setWish] = useState<ComparePart | null>(null);
  const [active, setActive] = useState(0);
  const parts = (["differing", "first", "second"] as const).filter((part) => comparison[part].length > 0);
  const part = parts.find((each) => each === wish) ?? parts[0];
  const rows = part === undefined ? [] : compareRows(comparison, part);
  const row = rows[Math.min(active, rows.length - 1)];
  const all = comparison.differing.length + comparison.first.length + comparison.second.length;
  const choose = (next: ComparePart): void => {
    setWish(next);
    setActive(0);
  };
  return (
    <Dialog
      title={TEXTS.compareTitle}
      full
      onClose={onClose}
      footer={
        <Button look="primary" autoFocus onClick={onClose}>
          {TEXTS.compareDone}
        </Button>
      }
    >
      {part === undefined || row === undefined ? (
        <EmptyPanel icon="check" title={TEXTS.allSame(comparison.same)}>
          {TEXTS.timesDiffer}
        </EmptyPanel>
      ) : (
        <>
          <p>
            {TEXTS.compareLead(all + comparison.cut, comparison.same)}
            {comparison.cut > 0 && ` ${TEXTS.compareCut(comparison.cut)}`}
          </p>
          <div className={styles.parts}>
            <Segmented
              label={TEXTS.compareParts}
              options={parts.map((value) => ({
                value,
                label: `${TEXTS.partWords[value]} ${formatCount(comparison[value].length)}`,
              }))}
              value={part}
              onChange={choose}
            />
          </div>
          <div className={panes.panes}>
            <div className={panes.left}>
              <PickList
                key={part}
                label={TEXTS.compareTitle}
                count={rows.length}
                active={Math.min(active, rows.length - 1)}
                onActive={setActive}
                nameOf={(at) => `${displayPath(rows[at]!.path)}, ${rows[at]!.what}`}
              >
                {(at) => (
                  <>
                    <PathText path={rows[at]!.path} className={styles.path} />
                    <span className={styles.what}>{rows[at]!.what}</span>
                  </>
                )}
              </PickList>
            </div>
            <section className={panes.right} aria-label={TEXTS.compareBoth}>
              <Versions
                key={`${part}\n${pathKey(row.path)}`}
                path={row.path}
                first={part === "second" ? null : first}
                second={part === "first" ? null : second}
              />
            </section>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface VersionsProps {
  path: PathRef;
  /** The sessions that changed the path. */
  first: string | null;
  second: string | null;
}

/** What each session made of a path: text side by side, else the facts. */
function Versions({ path, first, second }: VersionsProps): ReactElement {
  const left = useDescription(first, path);
  const right = useDescription(second, path);
  if (left === undefined || right === undefined) return <Skeleton label={DIFF_TEXTS.loading} rows={6} />;
  for (const outcome of [left, right])
    if (outcome !== null && !outcome.ok) return <ErrorPanel error={outcome.error} />;
  const [before, after] = [left, right].map((outcome) =>
    outcome?.ok === true ? outcome.value.after : undefined,
  );
  const text = (side: SideFacts | undefined): boolean =>
    side?.type === "file" && (side.content === "text" || side.content === "empty");
  if (first !== null && second !== null && text(before) && text(after)) {
    return (
      <>
        <div className={styles.heads}>
          <h2>{TEXTS.theFirst}</h2>
          <h2>{TEXTS.thisOne}</h2>
        </div>
        <VersionDiff
          left={{ session: first, path, side: "after" }}
          right={{ session: second, path, side: "after" }}
        />
      </>
    );
  }
  const only = first === null ? second : second === null ? first : null;
  const facts = before ?? after;
  if (only !== null && facts !== undefined && text(facts)) {
    const sources = { before: null, after: { session: only, path, side: "after" } } as const;
    return <PagedText sources={sources} description={{ after: facts }} reading={0} actions={null} />;
  }
  const description = {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
  return <DetailsView description={description} heads={{ before: TEXTS.theFirst, after: TEXTS.thisOne }} />;
}

/** Returns what a session's change of a path is; null without a session, undefined while it is read. */
function useDescription(session: string | null, path: PathRef): Outcome<Description> | null | undefined {
  const [outcome, setOutcome] = useState<Outcome<Description> | null | undefined>(undefined);
  useEffect(() => {
    let left = false;
    if (session === null) setOutcome(null);
    else
      void see.describe({ session, ...path }).then((answer) => {
        if (!left) setOutcome(answer);
      });
    return () => {
      left = true;
    };
  }, [session, path]);
  return outcome;
}
