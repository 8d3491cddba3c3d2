// A table of a report, however long: only the rows in sight are drawn.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, type ReactElement } from "react";
import { cx } from "../../ui/cx.js";
import { escapeText } from "../../ui/escape.js";
import { formatCount } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { EmptyPanel } from "../../ui/state-panel.js";
import type { ComparedTable, Mark } from "./compare.js";
import { TEXTS } from "../../../texts/inside.js";
import styles from "./inside-view.module.css";

const ROW = 24;
const LETTERS: Readonly<Record<Mark, string>> = { added: "A", removed: "D", changed: "M", same: "" };
/** Columns are drawn up to here; wider tables are scrolled sideways. */
const COLUMN_LIMIT = 40;

export function RowTable({
  table,
  onlyDifferences,
}: {
  table: ComparedTable;
  onlyDifferences: boolean;
}): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () => (onlyDifferences ? table.rows.filter(({ mark }) => mark !== "same") : table.rows),
    [table, onlyDifferences],
  );
  const columns = table.columns.slice(0, COLUMN_LIMIT);
  const template = useMemo(
    () =>
      `24px ${columnWidths(
        columns,
        rows.map(({ cells }) => cells),
      )
        .map((width) => `${width}ch`)
        .join(" ")} minmax(0, 1fr)`,
    [columns, rows],
  );
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });

  if (rows.length === 0) {
    return onlyDifferences ? (
      <EmptyPanel icon="check" title={TEXTS.nothingDiffers}>
        {TEXTS.nothingDiffersWhy}
      </EmptyPanel>
    ) : (
      <EmptyPanel icon="file" title={TEXTS.emptyTable} />
    );
  }
  return (
    <div
      ref={scroller}
      className={styles.scroll}
      tabIndex={0}
      role="region"
      aria-label={escapeText(table.title)}
    >
      <div
        role="table"
        aria-label={escapeText(table.title)}
        aria-rowcount={rows.length + 1}
        className={styles.rows}
        style={{ height: virtualizer.getTotalSize() + ROW }}
      >
        <div role="row" className={cx(styles.row, styles.columns)} style={{ gridTemplateColumns: template }}>
          <span role="columnheader">
            <span className="spoken">{TEXTS.part}</span>
          </span>
          {columns.map((column, at) => (
            <span key={`${at} ${column}`} role="columnheader" className={styles.cell}>
              {escapeText(column)}
            </span>
          ))}
        </div>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const { mark, cells, warning } = rows[index]!;
          return (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              className={cx(styles.row, styles.placed, mark !== "same" && styles[mark])}
              style={{ gridTemplateColumns: template, transform: `translateY(${start + ROW}px)` }}
            >
              <span role="cell" className={styles.mark}>
                {LETTERS[mark]}
                {mark !== "same" && <span className="spoken">{TEXTS.marks[mark]}</span>}
                {warning !== undefined && (
                  <span className={styles.flag} title={escapeText(warning)}>
                    <Icon name="flag" size={12} />
                    <span className="spoken">{escapeText(warning)}</span>
                  </span>
                )}
              </span>
              {columns.map((column, at) => (
                <span
                  key={`${at} ${column}`}
                  role="cell"
                  className={styles.cell}
                  title={escapeText(cells[at] ?? "")}
                >
                  <bdi dir="ltr">{escapeText(cells[at] ?? "")}</bdi>
                </span>
              ))}
            </div>
          );
        })}
      </div>
      {table.more > 0 && <p className={styles.more}>{TEXTS.more(formatCount(table.more))}</p>}
    </div>
  );
}

/** Widths by what the first rows hold, within reason. */
function columnWidths(columns: readonly string[], rows: readonly string[][]): number[] {
  return columns.map((column, at) => {
    let most = column.length;
    for (const cells of rows.slice(0, 200)) most = Math.max(most, (cells[at] ?? "").length);
    return Math.min(Math.max(most + 2, 6), columns.length === 1 ? 120 : 60);
  });
}
