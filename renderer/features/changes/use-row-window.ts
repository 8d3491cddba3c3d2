// Which rows of a list of equal rows are in the page: those in sight, some above and below, and a few that stay wherever
// one scrolls. Knows nothing of what they show. A row keeps its element as long as it is in the page, wherever it moves; an
// element that is free stands for another row then: nothing is made to scroll.
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { flushSync } from "react-dom";
import { heightOf, isMoved, placeOf, scrolledTo } from "./tall-list.js";

/** So many rows are in the page above what is in sight, and as many below. */
const BEYOND = 6;

export interface RowWindow {
  /** The first row in sight. */
  top: number;
  /** The rows in the page, in their order, and where in the list's element each is drawn. */
  rows: { row: number; key: string; at: number }[];
  /** Height of the list's element. */
  height: number;
  /** Scrolls no further than it must, so that a row is in sight, or is the first. */
  scrollTo: (row: number, to: "sight" | "top") => void;
}

interface RowWindowProps {
  scroller: RefObject<HTMLElement | null>;
  count: number;
  /** What a row stands for: by that it is known again when others come and go above it. */
  idOf: (row: number) => number;
  /** Height of a row. */
  height: number;
  /** Height of what covers the first rows. */
  covered: number;
  /** Rows that stay in the page, given the first one in sight; -1: none. */
  kept: (top: number) => readonly number[];
}

export function useRowWindow(props: RowWindowProps): RowWindow {
  const { scroller, count, idOf, height, covered, kept } = props;
  const full = count * height;
  const all = useRef(full);
  all.current = full;
  const [sight, setSight] = useState({ top: 0, bottom: 0, shift: 0 });
  const lookAgain = useRef<() => void>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let room = element.clientHeight;
    const look = (): void => {
      const place = placeOf(element.scrollTop, room, all.current);
      const top = Math.floor(place / height);
      const bottom = Math.ceil((place + room) / height);
      const shift = place - element.scrollTop;
      setSight((old) =>
        old.top === top && old.bottom === bottom && old.shift === shift ? old : { top, bottom, shift },
      );
    };
    // In the frame that shows the new place, or it would show nothing for a moment.
    const onScroll = (): void => flushSync(look);
    const observer = new ResizeObserver(() => {
      room = element.clientHeight;
      look();
    });
    look();
    lookAgain.current = look;
    element.addEventListener("scroll", onScroll, { passive: true });
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, [scroller, height]);
  const isOther = isMoved(full, sight.shift);
  useLayoutEffect(() => {
    if (isOther) lookAgain.current?.();
  }, [isOther, full]);

  const scrollTo = useCallback(
    (row: number, to: "sight" | "top"): void => {
      const element = scroller.current;
      if (element === null) return;
      const start = row * height;
      const above = start - covered;
      const room = element.clientHeight;
      const place = placeOf(element.scrollTop, room, full);
      const go = (to: number): void => void (element.scrollTop = scrolledTo(to, room, full));
      if (to === "top" || above < place) go(Math.max(0, above));
      else if (start + height > place + room) go(start + height - room);
    },
    [scroller, height, covered, full],
  );

  // A shorter list is told before the place has moved with it.
  const last = Math.max(0, count - 1);
  const top = Math.min(sight.top, last);
  const first = Math.max(0, top - BEYOND);
  const end = Math.min(count, Math.max(sight.bottom, top) + BEYOND);
  const slots = useRef<Slots>(new Map());
  const rows = rowsIn(first, end, kept(top));
  slots.current = slotsFor(slots.current, rows.map(idOf));
  const keys = [...slots.current.values()];
  const tall = heightOf(full);
  // What is kept out of sight makes the element no taller.
  const at = (row: number): number => Math.max(0, Math.min(row * height - sight.shift, tall - height));
  return {
    top,
    scrollTo,
    height: tall,
    rows: rows.map((row, place) => ({ row, key: String(keys[place]), at: at(row) })),
  };
}

/** Returns the rows from `first` to before `end`, and after them those that are kept, once each. */
export function rowsIn(first: number, end: number, kept: readonly number[]): number[] {
  const rows = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  const beyond = [...new Set(kept)].filter((row) => row !== -1 && (row < first || row >= end));
  return [...rows, ...beyond];
}

/** The number of the element of each row in the page, by what the row stands for, in the order of the page. */
export type Slots = ReadonlyMap<number, number>;

/**
 * Returns the slots for the rows that stand for these. One that was in the page keeps its own; the others take those that are
 * free in the order of the page, so that none has to be moved where all rows are others.
 */
export function slotsFor(old: Slots, ids: readonly number[]): Slots {
  const stays = new Set(ids);
  const free: number[] = [];
  for (const [id, slot] of old) if (!stays.has(id)) free.push(slot);
  const taken = new Set(old.values());
  let next = 0;
  let used = 0;
  const fresh = (): number => {
    if (used < free.length) return free[used++]!;
    while (taken.has(next)) next += 1;
    return next++;
  };
  return new Map(ids.map((id) => [id, old.get(id) ?? fresh()]));
}
