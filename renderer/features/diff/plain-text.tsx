// Lines of text, however many: only those in sight are drawn.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, type ReactElement } from "react";
import { cx } from "../../ui/cx.js";
import { TEXTS } from "../../../texts/diff.js";
import { useSettings } from "../settings/settings-store.js";
import styles from "./plain-text.module.css";

const LINE = 20;

interface PlainTextProps {
  lines: readonly string[];
  look: "plain" | "added" | "removed";
  /** The number of the first line. */
  first?: number;
}

export function PlainText({ lines, look, first = 1 }: PlainTextProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const wrap = useSettings((state) => state.wrapLines);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 20,
  });
  const { measure } = virtualizer;
  useEffect(() => measure(), [measure, wrap]);
  // Lines come and go while one scrolls; the width for the longest is kept from the start.
  const longest = useMemo(() => lines.reduce((most, line) => Math.max(most, line.length), 0), [lines]);
  return (
    <div
      ref={scroller}
      className={cx(styles.text, wrap && styles.wrap, look !== "plain" && styles[look])}
      tabIndex={0}
      role="region"
      aria-label={TEXTS.text}
    >
      <div
        className={styles.canvas}
        style={{ height: virtualizer.getTotalSize(), width: wrap ? undefined : `calc(${longest + 10}ch)` }}
      >
        {virtualizer.getVirtualItems().map(({ index, start }) => (
          <div
            key={`${index} ${wrap}`}
            ref={wrap ? virtualizer.measureElement : undefined}
            data-index={index}
            className={styles.line}
            style={{ transform: `translateY(${start}px)` }}
          >
            <span className={styles.number}>{index + first}</span>
            <span className={styles.content}>{lines[index]}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
