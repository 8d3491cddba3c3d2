// What the session's programs tried with the network, and what became of it.
import { useMemo, type ReactElement, type ReactNode } from "react";
import type { NetworkTry } from "../../../protocol/src/log.js";
import type { Session } from "../../../protocol/src/session.js";
import { cx } from "../../ui/cx.js";
import { escapeText } from "../../ui/escape.js";
import { formatTime, formatTimeOfDay } from "../../../texts/format.js";
import { Pane } from "../../ui/pane.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useRowsInSight } from "../../ui/use-rows-in-sight.js";
import { isLookup, isNothing, placeOf, protocolOf } from "./place-model.js";
import { TEXTS } from "../../../texts/network.js";
import { useRecord } from "./use-record.js";
import styles from "./network-pane.module.css";

const ROW = 24;

interface NetworkPaneProps {
  session: Session;
  /** Stands where the pane's title would. */
  head: ReactNode;
}

export function NetworkPane({ session, head }: NetworkPaneProps): ReactElement {
  const { log, error } = useRecord(session);
  const tries = useMemo(() => log?.network.filter((each) => !isNothing(each)) ?? [], [log]);
  return (
    <Pane
      title={TEXTS.title}
      head={head}
      note={log === null ? undefined : noteOf(tries.length, log.dropped.network > 0)}
    >
      {error !== null && <ErrorNote error={error} />}
      {log === null && error === null && <Skeleton label={TEXTS.loading} rows={3} />}
      {log !== null && tries.length === 0 && <p className={styles.empty}>{TEXTS.empty}</p>}
      {tries.length > 0 && <Tries tries={tries} />}
    </Pane>
  );
}

function noteOf(tries: number, isCut: boolean): string | undefined {
  if (tries === 0) return undefined;
  const count = TEXTS.count(tries);
  return isCut ? `${count} · ${TEXTS.incomplete}` : count;
}

function Tries({ tries }: { tries: readonly NetworkTry[] }): ReactElement {
  const { scroller, rows, above, below, measure } = useRowsInSight<HTMLDivElement>(tries.length, ROW);
  return (
    <div ref={scroller} className={styles.body}>
      <div style={{ paddingTop: above, paddingBottom: below }}>
        <table className={cx(styles.tries, "selectable")} aria-rowcount={tries.length + 1}>
          {rows.length < tries.length && <Widths tries={tries} />}
          <thead>
            <tr>
              <th scope="col">{TEXTS.what}</th>
              <th scope="col">{TEXTS.verdict}</th>
              <th scope="col">{TEXTS.program}</th>
              <th scope="col">{TEXTS.time}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ index }) => {
              const each = tries[index];
              return each === undefined ? null : (
                <tr key={index} ref={measure} data-index={index} aria-rowindex={index + 2}>
                  <td>
                    {whatOf(each)} <code>{placeOf(each)}</code>{" "}
                    <span className={styles.soft}>{protocolOf(each)}</span>
                  </td>
                  <td>
                    <span className={cx(styles.verdict, styles[each.verdict])}>
                      {TEXTS.verdicts[each.verdict]}
                    </span>
                    {each.instead !== undefined && (
                      <span className={styles.soft}> {TEXTS.instead(escapeText(each.instead))}</span>
                    )}
                  </td>
                  <td>
                    <code>{escapeText(each.program) || "–"}</code>
                  </td>
                  <td className={styles.soft} title={formatTime(each.time)}>
                    {formatTimeOfDay(each.time)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function whatOf(each: NetworkTry): string {
  return isLookup(each) ? TEXTS.lookup : TEXTS.actions[each.action];
}

/** Where not all rows are drawn: room for the longest of them, so that columns stay where they are while one scrolls. */
function Widths({ tries }: { tries: readonly NetworkTry[] }): ReactElement {
  const longest = useMemo(() => {
    let [what, verdict, program] = [0, 0, 0];
    for (const each of tries) {
      what = Math.max(what, whatOf(each).length + placeOf(each).length + protocolOf(each).length + 2);
      verdict = Math.max(verdict, TEXTS.verdicts[each.verdict].length + (each.instead?.length ?? 0) + 4);
      program = Math.max(program, escapeText(each.program).length);
    }
    return { what, verdict, program };
  }, [tries]);
  return (
    <colgroup>
      {Object.entries(longest).map(([name, length]) => (
        <col key={name} style={{ width: `calc(${length}ch + 2 * var(--s3))` }} />
      ))}
      <col />
    </colgroup>
  );
}
