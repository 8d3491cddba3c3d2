// The command palette: everything that can be done now, by a few typed letters.
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { cx } from "../../ui/cx.js";
import { Keys } from "../../ui/keys.js";
import { Dialog } from "../../ui/dialog.js";
import { paletteEntries } from "./palette-entries.js";
import { findEntries, type Entry } from "./palette-model.js";
import styles from "./palette-dialog.module.css";
import { TEXTS } from "../../../texts/palette.js";

const LIST = "palette-list";
const optionId = (place: number): string => `palette-${place}`;

export function PaletteDialog({ onClose }: { onClose: () => void }): ReactElement {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  // What can be done is asked once: nothing moves under the hand.
  const [all] = useState(paletteEntries);
  const list = useRef<HTMLDivElement>(null);
  const found = findEntries(all, typed);
  const current = Math.min(at, found.length - 1);

  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const run = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (step !== undefined) setAt(Math.max(0, Math.min(current + step, found.length - 1)));
    else if (event.key === "Enter") run(found[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={TEXTS.title} onClose={onClose}>
      <input
        data-first=""
        className={styles.input}
        role="combobox"
        aria-label={TEXTS.input}
        aria-expanded
        aria-controls={LIST}
        aria-activedescendant={current >= 0 ? optionId(current) : undefined}
        placeholder={TEXTS.input}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={LIST} role="listbox" aria-label={TEXTS.list} className={styles.list}>
        {found.map((entry, place) => (
          // The keys are the input's; the pointer has the rows.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
          <div
            key={`${entry.kind}\n${entry.label}\n${all.indexOf(entry)}`}
            id={optionId(place)}
            role="option"
            tabIndex={-1}
            aria-selected={place === current}
            className={cx(styles.entry, place === current && styles.current)}
            onClick={() => run(entry)}
          >
            <span className={styles.label}>{entry.label}</span>
            {entry.keys === undefined ? (
              <span className={styles.kind}>{entry.kind}</span>
            ) : (
              <Keys keys={entry.keys} />
            )}
          </div>
        ))}
      </div>
      {found.length === 0 && <p role="status">{TEXTS.none}</p>}
    </Dialog>
  );
}
