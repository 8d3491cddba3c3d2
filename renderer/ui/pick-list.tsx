// A list of equal rows, however many, of which one is in hand. Rows may have a box that is ticked or not.
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  useEffect,
  useId,
  useRef,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from "react";
import { cx } from "./cx.js";
import { Icon } from "./icon.js";
import { rowForKey } from "./list-keys.js";
import styles from "./pick-list.module.css";

const ROW = 28;

interface PickListProps {
  label: string;
  count: number;
  active: number;
  onActive: (row: number) => void;
  /** What a row says to those who listen. */
  nameOf: (row: number) => string;
  /** Whether the boxes of all rows are ticked, and what a press on one does; without it there are no boxes. */
  boxes?: { ticked: boolean; onToggle: (row: number) => void };
  children: (row: number) => ReactNode;
}

export function PickList(props: PickListProps): ReactElement {
  const { label, count, active, onActive, nameOf, boxes, children } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const dom = useId();
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  useEffect(() => virtualizer.scrollToIndex(active), [virtualizer, active]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / ROW);
    const to = rowForKey(event.key, active, count, page);
    if (to !== undefined) onActive(to);
    else if (event.key === " " && boxes !== undefined) boxes.onToggle(active);
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent, row: number): void => {
    const onBox = event.target instanceof Element && event.target.closest("[data-part=choice]") !== null;
    if (onBox) boxes?.onToggle(row);
    else onActive(row);
  };
  return (
    <div
      ref={scroller}
      className={styles.list}
      role="listbox"
      aria-label={label}
      aria-activedescendant={count === 0 ? undefined : `${dom}-${active}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtualizer.getTotalSize() }} role="presentation">
        {virtualizer.getVirtualItems().map(({ index, start }) => (
          // The list takes the keys: the focus stays on it while one goes through.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
          <div
            key={index}
            id={`${dom}-${index}`}
            role="option"
            aria-selected={index === active}
            aria-checked={boxes?.ticked}
            aria-setsize={count}
            aria-posinset={index + 1}
            className={cx(styles.row, index === active && styles.active)}
            style={{ transform: `translateY(${start}px)` }}
            onClick={(event) => onClick(event, index)}
          >
            <span className={cx("spoken", styles.spoken)}>{nameOf(index)}</span>
            <span className={styles.sight} aria-hidden="true">
              {boxes !== undefined && (
                <span data-part="choice" className={cx(styles.box, boxes.ticked && styles.ticked)}>
                  {boxes.ticked && <Icon name="check" size={12} />}
                </span>
              )}
              {children(index)}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
