// One session: its changes on the left, the change in hand on the right, its terminal below.
import { useEffect, type ReactElement } from "react";
import { useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { Separator } from "../../ui/separator.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel } from "../../ui/state-panel.js";
import { useSize } from "../../ui/use-size.js";
import { ChangesPane } from "../changes/changes-pane.js";
import { useFeed } from "../changes/feed-store.js";
import { useReview } from "../changes/review-store.js";
import { DetailPane } from "../diff/detail-pane.js";
import { LowerPane } from "../network/lower-pane.js";
import { usePane } from "../settings/settings-store.js";
import { CommittedBar } from "../commit/committed-bar.js";
import { FrozenBar } from "./frozen-bar.js";
import { useEpoch } from "./administrators-store.js";
import { NearBar } from "./near-bar.js";
import { RetryBar } from "./retry-bar.js";
import { SessionHeader } from "./session-header.js";
import { isOpen } from "./session-model.js";
import { SessionOutcome } from "./session-outcome.js";
import { useSession, useSessions } from "./sessions-store.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./session-screen.module.css";

const CHANGES = { usual: 420, min: 260, max: 900 };
const TERMINAL = { usual: 260, min: 80, max: 900 };

export function SessionScreen({ id }: { id: string }): ReactElement {
  const session = useSession(id);
  const known = useSessions((state) => state.sessions !== null);
  const changes = usePane("changes", CHANGES.usual);
  const terminal = usePane("terminal", TERMINAL.usual);
  const epoch = useEpoch(id);
  const reviewed = session !== undefined && isOpen(session);
  const [screen, room] = useSize({ width: window.innerWidth, height: window.innerHeight });

  // What is still being made has no changes to tell, and no screen to show.
  const begun = reviewed && session.state !== "starting";
  useEffect(() => {
    if (!begun || epoch === 0) return;
    if (useFeed.getState().session !== id) useReview.getState().reset();
    return useFeed.getState().watch(id);
  }, [id, begun, epoch]);

  if (session === undefined) {
    if (!known) return <Skeleton label={TEXTS.navigation} />;
    return (
      <EmptyPanel
        icon="search"
        title={TEXTS.goneSession}
        actions={<Button onClick={() => useRoute.getState().go({ name: "home" })}>{TEXTS.home}</Button>}
      >
        {TEXTS.goneSessionWhy}
      </EmptyPanel>
    );
  }
  // What was remembered for a larger window must leave room for the rest in a smaller one.
  const width = Math.max(CHANGES.min, Math.min(changes.size, room.width - 320));
  const height = Math.max(TERMINAL.min, Math.min(terminal.size, room.height - 120));
  return (
    <>
      <SessionHeader session={session} />
      <FrozenBar session={session} />
      {reviewed && <NearBar session={session} />}
      {reviewed && <CommittedBar session={session} />}
      {reviewed && session.policy.retry_of !== undefined && <RetryBar session={session} />}
      {reviewed ? (
        <div ref={screen} className={styles.screen}>
          <ChangesPane session={session} width={width} />
          <Separator
            label={TEXTS.resizeChanges}
            orientation="vertical"
            value={width}
            min={CHANGES.min}
            max={CHANGES.max}
            onChange={changes.set}
            onReset={changes.reset}
          />
          <div className={styles.right}>
            <div className={styles.detail}>
              <DetailPane session={session} />
            </div>
            {begun && (
              <Separator
                label={TEXTS.resizeTerminal}
                orientation="horizontal"
                direction={-1}
                value={height}
                min={TERMINAL.min}
                max={TERMINAL.max}
                onChange={terminal.set}
                onReset={terminal.reset}
              />
            )}
            <div className={styles.terminal} style={begun ? { height } : undefined}>
              <LowerPane session={session} begun={begun} />
            </div>
          </div>
        </div>
      ) : (
        <div className={styles.outcome}>
          <SessionOutcome session={session} />
        </div>
      )}
    </>
  );
}
