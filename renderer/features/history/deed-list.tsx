// What a commit did: its counts in a sentence, and its paths. Asks the helper itself; says why when nothing is kept.
import { useEffect, useState, type ReactElement } from "react";
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { Deeds } from "../../../protocol/src/commit.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { TEXTS } from "../../../texts/history.js";
import { KIND_WORDS, TYPE_WORDS } from "../../../texts/kinds.js";
import { nextTicket, see } from "../../see.js";
import { displayPath } from "../../ui/escape.js";
import { PathText } from "../../ui/path-text.js";
import { PickList } from "../../ui/pick-list.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { KindMark } from "../changes/kind-mark.js";
import { KINDS } from "../changes/kinds.js";
import { sumUp } from "../changes/summary-model.js";
import styles from "./deed-list.module.css";

type Deed = Deeds["changes"][number];

export function DeedList({ commit }: { commit: string }): ReactElement {
  const [outcome, setOutcome] = useState<Outcome<Deeds> | null>(null);
  const [active, setActive] = useState(0);
  useEffect(() => {
    const ticket = nextTicket();
    let done = false;
    void see.deeds(commit, ticket).then((answer) => {
      if (!done) setOutcome(answer);
      done = true;
    });
    return () => {
      if (!done) void see.cancel(ticket);
      done = true;
    };
  }, [commit]);

  if (outcome === null) return <Skeleton label={TEXTS.deedsLoading} rows={3} />;
  if (!outcome.ok) return <ErrorNote error={outcome.error} />;
  const { counts, changes, more = 0 } = outcome.value;
  return (
    <div className={styles.deeds}>
      <p className={styles.sum}>
        {sumUp(
          KINDS.map((kind) => [kind, counts[kind]]),
          0,
        )}
      </p>
      <div className={styles.list}>
        <PickList
          label={TEXTS.deeds}
          count={changes.length}
          active={active}
          onActive={setActive}
          nameOf={(row) => spoken(changes[row]!)}
        >
          {(row) => {
            const deed = changes[row]!;
            const from = fromOf(deed);
            return (
              <>
                <KindMark kind={deed.change} />
                <PathText path={deed} className={styles.path} />
                {from !== undefined && (
                  <span className={styles.from} title={displayPath(from)}>
                    ← <bdi dir="ltr">{displayPath(from)}</bdi>
                  </span>
                )}
                {(deed.holds ?? 0) > 0 && (
                  <span className={styles.holds}>{TEXTS.holds(deed.holds ?? 0)}</span>
                )}
              </>
            );
          }}
        </PickList>
      </div>
      {more > 0 && <p className={styles.more}>{TEXTS.moreDeeds(more)}</p>}
    </div>
  );
}

function fromOf({ from, from_bytes: bytes }: Deed): PathRef | undefined {
  if (from === undefined) return undefined;
  return bytes === undefined ? { path: from } : { path: from, path_bytes: bytes };
}

function spoken(deed: Deed): string {
  const inside = (deed.holds ?? 0) > 0 ? [TEXTS.holds(deed.holds ?? 0)] : [];
  return [displayPath(deed), `${KIND_WORDS[deed.change]} ${TYPE_WORDS[deed.type]}`, ...inside].join(", ");
}
