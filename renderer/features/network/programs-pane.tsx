// The programs that a session started, as a tree, and what walls kept from them. What they said of themselves is data.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import type { ProgramEnd, ProgramRun, RefusedAction, SessionLog } from "../../../protocol/src/log.js";
import type { Session } from "../../../protocol/src/session.js";
import { cx } from "../../ui/cx.js";
import { escapeText } from "../../ui/escape.js";
import { formatTime } from "../../../texts/format.js";
import { Pane } from "../../ui/pane.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useRowsInSight } from "../../ui/use-rows-in-sight.js";
import { NO_FILTER } from "../changes/filter-model.js";
import { useReview } from "../changes/review-store.js";
import { useLower } from "./lower-store.js";
import { nextPlace, programRows, type ProgramRow } from "./record-model.js";
import { PROGRAMS as TEXTS } from "../../../texts/network.js";
import { useRecord } from "./use-record.js";
import styles from "./network-pane.module.css";

const ROW = 24;
const REFUSED_ROW = 18;
/** A deeper tree moves no further to the right. */
const DEEPEST = 20;

interface ProgramsPaneProps {
  session: Session;
  /** Stands where the pane's title would. */
  head: ReactNode;
}

export function ProgramsPane({ session, head }: ProgramsPaneProps): ReactElement {
  const { log, error } = useRecord(session);
  return (
    <Pane title={TEXTS.title} head={head} note={log === null ? undefined : noteOf(log)}>
      {error !== null && <ErrorNote error={error} />}
      {log === null && error === null && <Skeleton label={TEXTS.loading} rows={3} />}
      {log?.programs.length === 0 && <p className={styles.empty}>{TEXTS.empty}</p>}
      {log !== null && log.refused.length > 0 && <Refused refused={log.refused} />}
      {log !== null && log.programs.length > 0 && <Programs log={log} />}
    </Pane>
  );
}

function noteOf({ programs, refused, dropped }: SessionLog): string {
  const count = TEXTS.count(programs.length, refused.length);
  return dropped.programs > 0 ? `${count} · ${TEXTS.dropped(dropped.programs)}` : count;
}

function Refused({ refused }: { refused: readonly RefusedAction[] }): ReactElement {
  const count = refused.length;
  const { scroller, rows, above, below, measure } = useRowsInSight<HTMLDivElement>(count, REFUSED_ROW);
  return (
    <div ref={scroller} className={styles.refusals}>
      <ul
        className="selectable"
        aria-label={TEXTS.refused}
        style={{ paddingTop: above, paddingBottom: below }}
      >
        {rows.map(({ index }) => {
          const each = refused[index];
          return each === undefined ? null : (
            <li key={index} ref={measure} data-index={index} aria-setsize={count} aria-posinset={index + 1}>
              <span className={cx(styles.verdict, styles.refused)}>{TEXTS.what[each.what]}</span>{" "}
              <code>{escapeText(each.detail ?? "")}</code>{" "}
              <span className={styles.soft}>
                {each.program !== undefined && TEXTS.by(escapeText(each.program))} · {formatTime(each.time)}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Programs({ log }: { log: SessionLog }): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => programRows(log.programs), [log]);
  const chosen = useLower((state) => state.program);
  const place = useMemo(() => rows.findIndex((row) => row.run.id === chosen), [rows, chosen]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  useEffect(() => {
    if (place !== -1) virtualizer.scrollToIndex(place, { align: "auto" });
    // Only where the program in hand is matters: rows that come later move nothing.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [chosen, place === -1]);
  const move = (event: KeyboardEvent): void => {
    const next = nextPlace(event.key, place, rows.length);
    const row = next === undefined ? undefined : rows[next];
    if (row !== undefined) {
      useLower.getState().choose(row.run.id);
      virtualizer.scrollToIndex(next!, { align: "auto" });
    } else if (event.key === "Enter" && rows[place] !== undefined) showChanges(rows[place].run);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={styles.body}
      role="tree"
      aria-label={TEXTS.tree}
      aria-activedescendant={place === -1 ? undefined : rowId(chosen)}
      tabIndex={0}
      onKeyDown={move}
    >
      <div
        className={cx(styles.programs, "selectable")}
        style={{ height: virtualizer.getTotalSize() }}
        role="presentation"
      >
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : (
            <Program key={row.run.id} row={row} top={item.start} chosen={row.run.id === chosen} />
          );
        })}
      </div>
    </div>
  );
}

function rowId(run: number | null): string {
  return `program-${run}`;
}

/** Shows what a program made, and nothing else, in the list of changes. */
function showChanges({ id, program }: ProgramRun): void {
  useReview.getState().setFilter({ ...NO_FILTER, maker: { program, run: id } });
}

interface ProgramProps {
  row: ProgramRow;
  top: number;
  chosen: boolean;
}

function Program({ row: { run, depth }, top, chosen }: ProgramProps): ReactElement {
  const words = [run.program, ...run.args.slice(1)].map(escapeText).join(" ");
  const command = run.cut === true ? `${words} …` : words;
  const failed = run.ended !== undefined && isFailure(run.ended);
  return (
    // The keys are the tree's.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
    <div
      id={rowId(run.id)}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={chosen}
      className={cx(styles.program, chosen && styles.chosen)}
      style={{ top, height: ROW, paddingLeft: `calc(var(--s3) + ${Math.min(depth, DEEPEST) * 16}px)` }}
      title={`${command}\n${TEXTS.details(formatTime(run.time), escapeText(run.cwd ?? ""))}`}
      onClick={() => useLower.getState().choose(run.id)}
    >
      <code className={styles.command}>{command}</code>
      {chosen && (
        <button type="button" className={styles.link} onClick={() => showChanges(run)}>
          {TEXTS.itsChanges}
        </button>
      )}
      <span className={failed ? styles.refused : styles.soft}>{TEXTS.end(run.ended)}</span>
    </div>
  );
}

function isFailure(end: ProgramEnd): boolean {
  return end.end === "killed" || end.end === "failed" || (end.end === "exited" && end.status !== 0);
}
