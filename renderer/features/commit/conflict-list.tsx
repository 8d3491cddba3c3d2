// The list of conflicts, however many: one is looked at, any number are selected to be answered at once.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useRef, type KeyboardEvent, type MouseEvent, type ReactElement } from "react";
import type { Conflict } from "../../../protocol/src/errors.js";
import { pathKey } from "../../../protocol/src/path.js";
import { cx } from "../../ui/cx.js";
import { Icon } from "../../ui/icon.js";
import { rowForKey } from "../../ui/list-keys.js";
import { PathText } from "../../ui/path-text.js";
import type { Answers } from "./commit-model.js";
import { choiceWords, reasonWords, shortReason, type About } from "./conflict-model.js";
import { CONFLICT_TEXTS as TEXTS } from "../../../texts/conflicts.js";
import list from "../../ui/pick-list.module.css";
import styles from "./conflict-list.module.css";

const ITEM = 52;

interface ConflictListProps {
  about: About;
  conflicts: readonly Conflict[];
  answers: Answers;
  /** The place of the one that is looked at. */
  active: number;
  selected: ReadonlySet<string>;
  onActive: (place: number) => void;
  onSelect: (selected: ReadonlySet<string>) => void;
}

export function ConflictList(props: ConflictListProps): ReactElement {
  const { about, conflicts, answers, active, selected, onActive, onSelect } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef(0);
  const id = useId();
  const virtualizer = useVirtualizer({
    count: conflicts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ITEM,
    overscan: 8,
  });
  useEffect(() => virtualizer.scrollToIndex(active), [virtualizer, active]);

  const keyAt = (place: number): string => {
    const conflict = conflicts[place];
    return conflict === undefined ? "" : pathKey(conflict);
  };
  const toggle = (place: number): void => {
    const next = new Set(selected);
    if (!next.delete(keyAt(place))) next.add(keyAt(place));
    anchor.current = place;
    onSelect(next);
  };
  const reach = (place: number): void => {
    const next = new Set<string>();
    const [from, to] = [Math.min(anchor.current, place), Math.max(anchor.current, place)];
    for (let each = from; each <= to; each++) next.add(keyAt(each));
    onSelect(next);
  };
  const go = (to: number, extend: boolean): void => {
    onActive(to);
    if (extend) reach(to);
    else anchor.current = to;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / ITEM);
    const to = rowForKey(event.key, active, conflicts.length, page);
    if (to !== undefined) go(to, event.shiftKey);
    else if (event.key === " ") toggle(active);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey))
      onSelect(new Set(conflicts.map((conflict) => pathKey(conflict))));
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent, place: number): void => {
    onActive(place);
    const onBox = event.target instanceof Element && event.target.closest("[data-part=choice]") !== null;
    if (event.shiftKey) reach(place);
    else if (onBox || event.ctrlKey || event.metaKey) toggle(place);
    else {
      anchor.current = place;
      if (selected.size > 0) onSelect(new Set());
    }
  };
  return (
    <div
      ref={scroller}
      className={list.list}
      role="listbox"
      aria-multiselectable="true"
      aria-label={TEXTS.list}
      aria-activedescendant={`${id}-${active}`}
      tabIndex={0}
      data-first=""
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtualizer.getTotalSize() }} role="presentation">
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const conflict = conflicts[index];
          if (conflict === undefined) return null;
          const key = pathKey(conflict);
          const answer = answers.get(key);
          const label =
            answer === undefined ? TEXTS.open : choiceWords(about, conflict, answer.choice, undefined).label;
          const isSelected = selected.has(key);
          return (
            // The list takes the keys: the focus stays on it while one goes through.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
            <div
              key={key}
              id={`${id}-${index}`}
              role="option"
              aria-selected={isSelected}
              className={cx(list.row, styles.item, index === active && list.active)}
              style={{ transform: `translateY(${start}px)` }}
              onClick={(event) => onClick(event, index)}
            >
              <span data-part="choice" className={cx(list.box, isSelected && list.ticked)}>
                {isSelected && <Icon name="check" size={12} />}
              </span>
              <span className={styles.what}>
                <PathText path={conflict} />
                <span className={styles.second}>
                  <span className={styles.reason} title={reasonWords(about, conflict)}>
                    {shortReason(about, conflict)}
                  </span>
                  <span className={cx(styles.answer, answer === undefined && styles.open)}>{label}</span>
                </span>
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
