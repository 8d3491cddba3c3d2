// The line between two panes: dragged with the pointer, moved with the arrow keys, reset by a double click.
import { useState, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";
import { cx } from "./cx.js";
import styles from "./separator.module.css";

interface SeparatorProps {
  label: string;
  /** "vertical" parts left from right. */
  orientation: "vertical" | "horizontal";
  value: number;
  min: number;
  max: number;
  /** -1 when the pane that is measured lies after the line. */
  direction?: 1 | -1;
  onChange: (value: number) => void;
  onReset: () => void;
}

export function Separator(props: SeparatorProps): ReactElement {
  const { label, orientation, value, min, max, direction = 1, onChange, onReset } = props;
  const [start, setStart] = useState<{ at: number; value: number } | null>(null);
  const position = (event: PointerEvent): number =>
    orientation === "vertical" ? event.clientX : event.clientY;
  const move = (next: number): void => onChange(Math.round(Math.min(max, Math.max(min, next))));

  const onKeyDown = (event: KeyboardEvent): void => {
    const back = orientation === "vertical" ? "ArrowLeft" : "ArrowUp";
    const forth = orientation === "vertical" ? "ArrowRight" : "ArrowDown";
    const step = event.shiftKey ? 64 : 16;
    if (event.key === back) move(value - direction * step);
    else if (event.key === forth) move(value + direction * step);
    else if (event.key === "Home") move(min);
    else if (event.key === "End") move(max);
    else if (event.key === "Enter") onReset();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      className={cx(styles.separator, styles[orientation])}
      data-dragging={start === null ? undefined : ""}
      onKeyDown={onKeyDown}
      onDoubleClick={onReset}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setStart({ at: position(event), value });
      }}
      onPointerMove={(event) => {
        if (start !== null) move(start.value + direction * (position(event) - start.at));
      }}
      onPointerUp={() => setStart(null)}
      onPointerCancel={() => setStart(null)}
    />
  );
}
