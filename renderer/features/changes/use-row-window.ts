// Which rows of a list of equal rows are in the page: those in sight, some above and below, and a few that stay wherever
// one scrolls. Knows nothing of what they show. A page's element stands for one row after the other: nothing is made to scroll.
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { flushSync } from "react-dom";

/** So many rows are in the page above what is in sight, and as many below. */
const BEYOND = 6;

export interface RowWindow {
  /** The first row in sight. */
  top: number;
  /** The rows in the page, in their order. */
  rows: { row: number; key: string }[];
  /** Scrolls no further than it must, so that a row is in sight, or is the first. */
  scrollTo: (row: number, to: "sight" | "top") => void;
}

interface RowWindowProps {
  scroller: RefObject<HTMLElement | null>;
  count: number;
  /** Height of a row. */
  height: number;
  /** Height of what covers the first rows. */
  covered: number;
  /** Rows that stay in the page, given the first one in sight; -1: none. */
  kept: (top: number) => readonly number[];
}

export function useRowWindow({ scroller, count, height, covered, kept }: RowWindowProps): RowWindow {
  const [sight, setSight] = useState({ top: 0, bottom: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let room = element.clientHeight;
    const look = (): void => {
      const top = Math.floor(element.scrollTop / height);
      const bottom = Math.ceil((element.scrollTop + room) / height);
      setSight((old) => (old.top === top && old.bottom === bottom ? old : { top, bottom }));
    };
    // In the frame that shows the new place, or it would show nothing for a moment.
    const onScroll = (): void => flushSync(look);
    const observer = new ResizeObserver(() => {
      room = element.clientHeight;
      look();
    });
    look();
    element.addEventListener("scroll", onScroll, { passive: true });
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, [scroller, height]);

  const scrollTo = useCallback(
    (row: number, to: "sight" | "top"): void => {
      const element = scroller.current;
      if (element === null) return;
      const start = row * height;
      const above = start - covered;
      if (to === "top" || above < element.scrollTop) element.scrollTop = Math.max(0, above);
      else if (start + height > element.scrollTop + element.clientHeight)
        element.scrollTop = start + height - element.clientHeight;
    },
    [scroller, height, covered],
  );

  // A shorter list is told before the place has moved with it.
  const last = Math.max(0, count - 1);
  const top = Math.min(sight.top, last);
  const first = Math.max(0, top - BEYOND);
  const end = Math.min(count, Math.max(sight.bottom, top) + BEYOND);
  const slots = useRef(NO_SLOTS);
  slots.current = slotsFor(slots.current, first, end);
  return { top, scrollTo, rows: rowsOf(slots.current, kept(top)) };
}

/** Which rows are in the page, and from which on they are counted round. */
interface Slots {
  first: number;
  end: number;
  base: number;
  size: number;
}

const NO_SLOTS: Slots = { first: 0, end: 0, base: 0, size: 1 };

/** Returns the slots for these rows: one that stays in the page keeps its own. */
export function slotsFor(old: Slots, first: number, end: number): Slots {
  const size = Math.max(old.size, end - first);
  // Gone elsewhere, all elements are there for other rows, in their old order: none has to be moved.
  const isElsewhere = first >= old.end || end <= old.first || size !== old.size;
  return { first, end, base: isElsewhere ? first : old.base, size };
}

/** Returns the rows with the keys of their elements. */
export function rowsOf({ first, end, base, size }: Slots, kept: readonly number[]): RowWindow["rows"] {
  const rows: RowWindow["rows"] = [];
  for (let row = first; row < end; row++) {
    rows.push({ row, key: String((((row - base) % size) + size) % size) });
  }
  for (const row of new Set(kept)) {
    if (row !== -1 && (row < first || row >= end)) rows.push({ row, key: `kept ${row}` });
  }
  return rows;
}
