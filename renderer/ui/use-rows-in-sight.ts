// Rows of a list or a table as the page lays them out, however many: only those in sight are drawn, between two gaps.
import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { useRef, type RefObject } from "react";

/** Rows beyond the edges that are drawn all the same. */
const BEYOND = 20;

interface RowsInSight<Scroller extends Element> {
  scroller: RefObject<Scroller | null>;
  rows: readonly VirtualItem[];
  /** Room for what is not drawn, in pixels. */
  above: number;
  below: number;
  /** The ref of each row, which has its number as `data-index`: rows are as high as their words are. */
  measure: (row: Element | null) => void;
}

/** `usual` is the height of most rows, in pixels. */
export function useRowsInSight<Scroller extends Element>(
  count: number,
  usual: number,
): RowsInSight<Scroller> {
  const scroller = useRef<Scroller>(null);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => usual,
    overscan: BEYOND,
  });
  const rows = virtualizer.getVirtualItems();
  return {
    scroller,
    rows,
    above: rows[0]?.start ?? 0,
    below: virtualizer.getTotalSize() - (rows.at(-1)?.end ?? 0),
    measure: virtualizer.measureElement,
  };
}
