// What deserves a look before anything is committed: how many changes, for which reasons, and the way to them.
import { useState, type ReactElement } from "react";
import { cx } from "../../ui/cx.js";
import { formatCount } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { ANY_HINT, NO_FILTER } from "../changes/filter-model.js";
import { useReview } from "../changes/review-store.js";
import { showFirst } from "../changes/tree-actions.js";
import { ROOT, type Tree } from "../changes/tree.js";
import { RULES } from "./rules.js";
import { TEXTS } from "../../../texts/review.js";
import styles from "./needs-look.module.css";

export function NeedsLook({ tree }: { tree: Tree }): ReactElement | null {
  const filter = useReview((state) => state.filter);
  const [open, setOpen] = useState(true);
  const total = tree.flagged[ROOT]!;
  if (total === 0 && filter.hints === 0) return null;

  const only = (hints: number): void => {
    const { setFilter } = useReview.getState();
    if (filter.hints === hints) {
      setFilter({ ...filter, hints: 0 });
      return;
    }
    const next = { ...NO_FILTER, hints };
    setFilter(next);
    showFirst(tree, next);
  };
  const reasons = RULES.map(({ name, reason }, number) => ({
    bit: 1 << number,
    name,
    reason,
    count: tree.hintCounts[number]!,
  })).filter(({ bit, count }) => count > 0 || filter.hints === bit);

  return (
    <section className={styles.look} aria-label={TEXTS.needLook(formatCount(total), total === 1)}>
      <div className={styles.head}>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={open}
          title={TEXTS.reasons}
          onClick={() => setOpen(!open)}
        >
          <span className={cx(styles.twisty, open && styles.open)}>
            <Icon name="chevron" size={12} />
          </span>
          <span className={styles.flag}>
            <Icon name="flag" size={14} />
          </span>
          {TEXTS.needLook(formatCount(total), total === 1)}
        </button>
        <button
          type="button"
          className={styles.all}
          aria-pressed={filter.hints === ANY_HINT}
          onClick={() => only(filter.hints === 0 ? ANY_HINT : filter.hints)}
        >
          {filter.hints === 0 ? TEXTS.onlyThese : TEXTS.showAll}
        </button>
      </div>
      {open && (
        <div className={styles.reasons} role="group" aria-label={TEXTS.reasons}>
          {reasons.map(({ bit, name, reason, count }) => (
            <button
              key={name}
              type="button"
              className={styles.reason}
              aria-pressed={filter.hints === bit}
              title={reason}
              onClick={() => only(bit)}
            >
              {name}
              <span className={styles.count}>{formatCount(count)}</span>
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
