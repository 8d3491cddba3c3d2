// The facts of a report, before and after.
import type { ReactElement } from "react";
import { cx } from "../../ui/cx.js";
import { escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import type { ComparedFact } from "./compare.js";
import { CELL_LIMIT } from "./report.js";
import { TEXTS } from "../../../texts/inside.js";
import styles from "./inside-view.module.css";

const LINES = 3;

export function FactTable({ facts, both }: { facts: readonly ComparedFact[]; both: boolean }): ReactElement {
  return (
    <table className={styles.facts}>
      {both && (
        <thead>
          <tr>
            <th scope="col">{TEXTS.fact}</th>
            <th scope="col">{TEXTS.before}</th>
            <th scope="col">{TEXTS.after}</th>
          </tr>
        </thead>
      )}
      <tbody>
        {facts.map((fact, number) => (
          <tr key={`${number} ${fact.name}`} className={cx(fact.mark !== "same" && styles.differs)}>
            <th scope="row">{escapeText(fact.name)}</th>
            {both && <td>{fact.before === undefined ? "–" : cutValue(fact.before)}</td>}
            <td>
              {cutValue((both ? fact.after : (fact.after ?? fact.before)) ?? "–")}
              {fact.warning !== undefined && (
                <span className={styles.warning}>
                  <Icon name="flag" size={12} /> {escapeText(fact.warning)}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A value on a few lines at most: a licence can be a book. */
function cutValue(text: string): string {
  const cut = text.length > CELL_LIMIT ? `${text.slice(0, CELL_LIMIT)}…` : text;
  const lines = cut.trimEnd().split(/\r?\n/);
  const shown = lines.slice(0, LINES).map(escapeText).join("\n");
  return lines.length > LINES ? `${shown} …` : shown;
}
