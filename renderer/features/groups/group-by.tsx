// How the changes are grouped: one choice, and what is asked of the helper for it.
import { useEffect, type ReactElement } from "react";
import { Button } from "../../ui/button.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useFeed } from "../changes/feed-store.js";
import { GROUPINGS } from "./group-model.js";
import { groupingOf, needsOrigins, useGrouping } from "./grouping-store.js";
import { TEXTS } from "../../../texts/groups.js";
import styles from "./group-by.module.css";

/** Changes that go on are not looked up more often than this. */
const AGAIN_MS = 1500;

export function GroupBy({ session }: { session: string }): ReactElement {
  const { by, looking } = useGrouping();
  const revision = useFeed((state) => state.settled?.revision);
  useOrigins(session, revision);
  return (
    <label className={styles.label} aria-busy={looking}>
      <span>{TEXTS.label}</span>
      <select
        className={styles.select}
        value={by}
        onChange={(event) => useGrouping.getState().groupBy(groupingOf(event.target.value))}
      >
        {GROUPINGS.map((each) => (
          <option key={each} value={each}>
            {TEXTS.by[each]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Says that it is being looked up where the changes come from, or why that is not known. */
export function GroupingNote(): ReactElement | null {
  const { by, looking, origins, error, again } = useGrouping();
  if (!needsOrigins(by)) return null;
  if (error !== null)
    return <ErrorNote error={error} actions={<Button onClick={again}>{TEXTS.again}</Button>} />;
  return looking && origins === null ? (
    <p className={styles.note} role="status">
      {TEXTS.looking}
    </p>
  ) : null;
}

/** Keeps what groups need to know as fresh as the changes. */
function useOrigins(session: string, revision: number | undefined): void {
  const { by, looking, origins, asked } = useGrouping();
  const tree = useFeed((state) => state.tree);
  const first = origins?.tree !== tree;
  useEffect(() => {
    if (!needsOrigins(by) || revision === undefined || looking) return;
    const look = (): void => void useGrouping.getState().look(session, revision);
    const timer = setTimeout(look, first ? 0 : AGAIN_MS);
    return () => clearTimeout(timer);
  }, [session, revision, by, looking, asked, first]);
}
