// Commit: checks first, asks where the machine has changed, shows the work, and ends with Undo at hand.
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import { pathKey } from "../../../protocol/src/path.js";
import type { Session } from "../../../protocol/src/session.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { PathText } from "../../ui/path-text.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useFeed } from "../changes/feed-store.js";
import { summarySentence } from "../changes/summary-model.js";
import { isLive, sessionTitle } from "../run/session-model.js";
import { AsideNotes } from "./aside-notes.js";
import {
  changesOf,
  countOf,
  groupNeeds,
  isCancellable,
  isLeavable,
  unanswered,
  type CommitStep,
} from "./commit-model.js";
import { useCommit } from "./commit-store.js";
import { ConflictScreen } from "./conflict-screen.js";
import { CONFLICT_TEXTS } from "./conflict-texts.js";
import { PHASE_WORDS, TEXTS } from "./texts.js";
import styles from "./commit-dialog.module.css";

export function CommitDialog({ session, onClose }: { session: Session; onClose: () => void }): ReactElement {
  const { state, left, ...commit } = useCommit();
  const chosen = countOf(state, commit.chosen);
  const { begin, cancel } = useCommit.getState();
  const live = isLive(session);

  // Only the opening of the dialog begins a commit, not what happens to the session after.
  const [first] = useState({ id: session.id, live });
  useEffect(() => {
    begin(first.id, first.live);
    return cancel;
  }, [begin, cancel, first]);

  // What was done is told on the session's screen, with Undo beside it.
  const done = state.step === "done";
  useEffect(() => {
    if (done) onClose();
  }, [done, onClose]);

  return (
    <Dialog
      title={TEXTS.commitTitle(chosen)}
      wide={state.step === "needs"}
      full={state.step === "conflicts"}
      closable={isLeavable(state)}
      onClose={onClose}
      footer={<Footer state={state} chosen={chosen} onClose={onClose} />}
      onHurry={useCommit.getState().hurry}
    >
      <Body state={state} session={session} chosen={chosen} left={left} />
    </Dialog>
  );
}

interface BodyProps {
  state: CommitStep;
  session: Session;
  chosen: number;
  left: number;
}

function Body({ state, session, chosen, left }: BodyProps): ReactNode {
  const tree = useFeed((feed) => feed.tree);
  const { answer, include, check } = useCommit.getState();
  switch (state.step) {
    case "stop":
      return (
        <>
          <p className={styles.lead}>{TEXTS.stillRuns(sessionTitle(session))}.</p>
          <p>{TEXTS.stillRunsWhy}</p>
        </>
      );
    case "stopping":
      return <ProgressBar label={TEXTS.stopping} />;
    case "checking":
    case "committing": {
      const { progress } = state;
      const label =
        progress === null
          ? state.step === "checking"
            ? TEXTS.checking
            : TEXTS.committing
          : PHASE_WORDS[progress.phase];
      return (
        <>
          <ProgressBar label={label} done={progress?.done} total={progress?.total} />
          {state.step === "committing" && !state.cancelling && !isCancellable(state) && (
            <p>{TEXTS.pastReturn}</p>
          )}
        </>
      );
    }
    case "ready":
      return (
        <>
          <p className={styles.lead}>{TEXTS.ready(chosen)}</p>
          {left === 0 && state.aside.ignored.length === 0 && (
            <p className={styles.sum}>{summarySentence(tree)}</p>
          )}
          <AsideNotes aside={state.aside} onInclude={(paths) => void include(paths)} />
          <p>
            {left > 0 && `${TEXTS.readyPart(left)} `}
            {TEXTS.readyUndo}
          </p>
        </>
      );
    case "conflicts":
      return (
        <ConflictScreen
          about={{ what: "commit", session: session.id }}
          conflicts={state.conflicts}
          answers={state.answers}
          aside={state.aside}
          lead={CONFLICT_TEXTS.lead(state.conflicts.length, chosen - changesOf(state.conflicts))}
          onAnswer={answer}
          onInclude={(paths) => void include(paths)}
          onIgnored={() => void check()}
        />
      );
    case "needs":
      return (
        <>
          <p className={styles.lead}>{TEXTS.needsWhy}</p>
          <ul className={styles.needs} tabIndex={0} aria-label={TEXTS.needsTitle}>
            {groupNeeds(state.needs).map(({ need, by }) => (
              <li key={pathKey(need)}>
                <PathText path={need} />
                <div>
                  {TEXTS.neededBy} <PathText path={by[0]!} />
                  {by.length > 1 && <span>{TEXTS.andMore(by.length - 1)}</span>}
                </div>
              </li>
            ))}
          </ul>
        </>
      );
    case "done":
      return null;
    case "failed":
      return <ErrorNote error={state.error} />;
    case "cancelled":
      return <p className={styles.lead}>{TEXTS.failedTitle}.</p>;
  }
}

interface FooterProps {
  state: CommitStep;
  chosen: number;
  onClose: () => void;
}

function Footer({ state, chosen, onClose }: FooterProps): ReactElement {
  const { stopAndCheck, check, includeNeeds, commit, cancel, retry } = useCommit.getState();
  const leave = (
    <Button onClick={onClose} disabled={!isLeavable(state)}>
      {TEXTS.cancel}
    </Button>
  );
  switch (state.step) {
    case "stop":
      return (
        <>
          {leave}
          <Button look="primary" onClick={() => void stopAndCheck()}>
            {TEXTS.stopAndCommit}
          </Button>
        </>
      );
    case "stopping":
    case "checking":
      return leave;
    case "ready":
      return (
        <>
          {leave}
          <Button look="primary" autoFocus disabled={chosen === 0} onClick={() => void commit()}>
            {TEXTS.commit(chosen)}
          </Button>
        </>
      );
    case "conflicts": {
      const open = unanswered(state.conflicts, state.answers).length;
      return (
        <>
          {open > 0 && <span data-aside="">{TEXTS.unanswered(open)}</span>}
          {leave}
          <Button icon="restart" title={CONFLICT_TEXTS.retryWhy} onClick={() => void retry()}>
            {CONFLICT_TEXTS.retry}
          </Button>
          <Button onClick={() => void check()}>{TEXTS.recheck}</Button>
          <Button look="primary" disabled={open > 0} onClick={() => void commit()}>
            {TEXTS.commitRest}
          </Button>
        </>
      );
    }
    case "needs":
      return (
        <>
          {leave}
          <Button look="primary" autoFocus onClick={() => void includeNeeds()}>
            {TEXTS.includeNeeds(groupNeeds(state.needs).length)}
          </Button>
        </>
      );
    case "committing":
      return (
        <Button disabled={!isCancellable(state)} onClick={cancel}>
          {state.cancelling ? TEXTS.cancelling : TEXTS.cancel}
        </Button>
      );
    case "failed":
      return (
        <>
          <Button onClick={onClose}>{TEXTS.close}</Button>
          <Button look="primary" onClick={() => void check()}>
            {TEXTS.tryAgain}
          </Button>
        </>
      );
    case "cancelled":
    case "done":
      return <Button onClick={onClose}>{TEXTS.close}</Button>;
  }
}
