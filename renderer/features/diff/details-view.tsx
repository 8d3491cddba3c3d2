// The facts of a change beside its content, before and after.
import type { ReactElement } from "react";
import type { Description } from "../../../protocol/src/content.js";
import type { Maker } from "../changes/program-column.js";
import { escapeText } from "../../ui/escape.js";
import { cx } from "../../ui/cx.js";
import { factRows } from "./details-model.js";
import { TEXTS } from "../../../texts/diff.js";
import styles from "./details-view.module.css";

interface DetailsViewProps {
  description: Description;
  /** Who made the change, when that is known. */
  maker?: Maker | undefined;
  /** What the two sides are called. */
  heads?: { before: string; after: string };
}

export function DetailsView({ description, maker, heads = TEXTS }: DetailsViewProps): ReactElement {
  const { before, after } = description;
  return (
    // Scrolled by keyboard too: a long table is a place of its own.
    <div className={styles.view} tabIndex={0} role="region" aria-label={TEXTS.details}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{TEXTS.fact}</th>
            <th scope="col">
              {heads.before}
              {before === undefined && ` · ${TEXTS.nothing}`}
            </th>
            <th scope="col">
              {heads.after}
              {after === undefined && ` · ${TEXTS.nothing}`}
            </th>
          </tr>
        </thead>
        <tbody>
          {factRows(description).map((row) => (
            <tr key={row.fact} className={row.differs ? styles.differs : undefined}>
              <th scope="row" aria-label={row.differs ? `${row.fact}, ${TEXTS.differs}` : undefined}>
                {row.fact}
              </th>
              <Cell value={row.before} mono={row.mono} />
              <Cell value={row.after} mono={row.mono} />
            </tr>
          ))}
          {maker !== undefined && (
            <tr>
              <th scope="row">{TEXTS.maker}</th>
              <Cell value={undefined} mono />
              <Cell value={escapeText(maker.program)} mono />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ value, mono }: { value: string | undefined; mono: boolean }): ReactElement {
  return <td className={cx(mono && styles.mono, value === undefined && styles.none)}>{value ?? "–"}</td>;
}
