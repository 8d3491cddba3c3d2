// The programs that a session started, as a tree, and what walls kept from them. What they said of themselves is data.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, type ReactElement, type ReactNode } from "react";
import type { ProgramEnd, RefusedAction, SessionLog } from "../../../protocol/src/log.js";
import type { Session } from "../../../protocol/src/session.js";
import { cx } from "../../ui/cx.js";
import { escapeText } from "../../ui/escape.js";
import { formatTime } from "../../ui/format.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { programRows, type ProgramRow } from "./record-model.js";
import { PROGRAMS as TEXTS } from "./texts.js";
import { useRecord } from "./use-record.js";
import styles from "./network-pane.module.css";

const ROW = 24;
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
    <section className={styles.pane} aria-label={TEXTS.title}>
      <div className={styles.head}>
        {head}
        {log !== null && (
          <span className={styles.note}>
            {TEXTS.count(log.programs.length, log.refused.length)}
            {log.dropped.programs > 0 && ` · ${TEXTS.dropped(log.dropped.programs)}`}
          </span>
        )}
      </div>
      {error !== null && <ErrorNote error={error} />}
      {log === null && error === null && <Skeleton label={TEXTS.loading} rows={3} />}
      {log?.programs.length === 0 && <p className={styles.empty}>{TEXTS.empty}</p>}
      {log !== null && log.refused.length > 0 && <Refused refused={log.refused} />}
      {log !== null && log.programs.length > 0 && <Programs log={log} />}
    </section>
  );
}

function Refused({ refused }: { refused: readonly RefusedAction[] }): ReactElement {
  return (
    <ul className={cx(styles.refusals, "selectable")} aria-label={TEXTS.refused}>
      {refused.map((each) => (
        <li key={`${each.time} ${each.what} ${each.detail ?? ""} ${each.program ?? ""}`}>
          <span className={cx(styles.verdict, styles.refused)}>{TEXTS.what[each.what]}</span>{" "}
          <code>{escapeText(each.detail ?? "")}</code>{" "}
          <span className={styles.soft}>
            {each.program !== undefined && TEXTS.by(escapeText(each.program))} · {formatTime(each.time)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Programs({ log }: { log: SessionLog }): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => programRows(log.programs), [log]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  return (
    <div ref={scroller} className={styles.body} role="tree" aria-label={TEXTS.tree} tabIndex={0}>
      <div
        className={cx(styles.programs, "selectable")}
        style={{ height: virtualizer.getTotalSize() }}
        role="presentation"
      >
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : <Program key={row.run.id} row={row} top={item.start} />;
        })}
      </div>
    </div>
  );
}

function Program({ row: { run, depth }, top }: { row: ProgramRow; top: number }): ReactElement {
  const words = [run.program, ...run.args.slice(1)].map(escapeText).join(" ");
  const command = run.cut === true ? `${words} …` : words;
  const failed = run.ended !== undefined && isFailure(run.ended);
  return (
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={false}
      className={styles.program}
      style={{ top, height: ROW, paddingLeft: `calc(var(--s3) + ${Math.min(depth, DEEPEST) * 16}px)` }}
      title={`${command}\n${TEXTS.details(formatTime(run.time), escapeText(run.cwd ?? ""))}`}
    >
      <code className={styles.command}>{command}</code>
      <span className={failed ? styles.refused : styles.soft}>{TEXTS.end(run.ended)}</span>
    </div>
  );
}

function isFailure(end: ProgramEnd): boolean {
  return end.end === "killed" || end.end === "failed" || (end.end === "exited" && end.status !== 0);
}
