// What the session's programs tried with the network, and what became of it.
import type { ReactElement, ReactNode } from "react";
import type { NetworkTry } from "../../../protocol/src/log.js";
import type { Session } from "../../../protocol/src/session.js";
import { cx } from "../../ui/cx.js";
import { escapeText } from "../../ui/escape.js";
import { formatTime, formatTimeOfDay } from "../../../texts/format.js";
import { Pane } from "../../ui/pane.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { isLookup, isNothing, placeOf, protocolOf } from "./place-model.js";
import { TEXTS } from "../../../texts/network.js";
import { useRecord } from "./use-record.js";
import styles from "./network-pane.module.css";

interface NetworkPaneProps {
  session: Session;
  /** Stands where the pane's title would. */
  head: ReactNode;
}

export function NetworkPane({ session, head }: NetworkPaneProps): ReactElement {
  const { log, error } = useRecord(session);
  const tries = log?.network.filter((each) => !isNothing(each)) ?? [];
  return (
    <Pane
      title={TEXTS.title}
      head={head}
      note={log === null ? undefined : noteOf(tries.length, log.dropped.network > 0)}
    >
      <div className={styles.body}>
        {error !== null && <ErrorNote error={error} />}
        {log === null && error === null && <Skeleton label={TEXTS.loading} rows={3} />}
        {log !== null && tries.length === 0 && <p className={styles.empty}>{TEXTS.empty}</p>}
        {tries.length > 0 && <Tries tries={tries} />}
      </div>
    </Pane>
  );
}

function noteOf(tries: number, isCut: boolean): string | undefined {
  if (tries === 0) return undefined;
  const count = TEXTS.count(tries);
  return isCut ? `${count} · ${TEXTS.incomplete}` : count;
}

function Tries({ tries }: { tries: readonly NetworkTry[] }): ReactElement {
  return (
    <table className={cx(styles.tries, "selectable")}>
      <thead>
        <tr>
          <th scope="col">{TEXTS.what}</th>
          <th scope="col">{TEXTS.verdict}</th>
          <th scope="col">{TEXTS.program}</th>
          <th scope="col">{TEXTS.time}</th>
        </tr>
      </thead>
      <tbody>
        {tries.map((each) => (
          <tr
            key={`${each.time} ${each.action} ${each.protocol} ${placeOf(each)} ${each.verdict} ${each.program}`}
          >
            <td>
              {isLookup(each) ? TEXTS.lookup : TEXTS.actions[each.action]} <code>{placeOf(each)}</code>{" "}
              <span className={styles.soft}>{protocolOf(each)}</span>
            </td>
            <td>
              <span className={cx(styles.verdict, styles[each.verdict])}>{TEXTS.verdicts[each.verdict]}</span>
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
        ))}
      </tbody>
    </table>
  );
}
