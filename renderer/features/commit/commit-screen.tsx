// Commit, from the question to what was done: checks first, shows what will be done and asks where the machine has
// changed, shows the work, and ends with Undo at hand. One screen for commits with conflicts and without.
import { useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from "react";
import { pathKey } from "../../../protocol/src/path.js";
import { useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Icon } from "../../ui/icon.js";
import { PathText } from "../../ui/path-text.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { useFeed } from "../changes/feed-store.js";
import { summarySentence } from "../changes/summary-model.js";
import { NotesList } from "../notes/note-line.js";
import { rulesOf } from "../review/judge.js";
import { RetryButton } from "../run/retry-button.js";
import { isDecided, isLive } from "../run/session-model.js";
import { sessionTitle } from "../../../texts/titles.js";
import { useSession } from "../run/sessions-store.js";
import { TEXTS as RUN_TEXTS } from "../../../texts/run.js";
import { AsideNotes } from "./aside-notes.js";
import {
  changesOf,
  countOf,
  groupNeeds,
  isCancellable,
  isCounted,
  isOvertaken,
  isLeavable,
  unanswered,
  type CommitStep,
  type Review,
  type Work,
} from "./commit-model.js";
import { useCommit } from "./commit-store.js";
import { CONFLICT_TEXTS } from "../../../texts/conflicts.js";
import { flagsOf, planOf } from "./plan-model.js";
import { DonePanel } from "./done-panel.js";
import { ReviewPanes } from "./review-panes.js";
import { PHASE_WORDS, TEXTS } from "../../../texts/commit.js";
import styles from "./commit-screen.module.css";

export function CommitScreen({ id, onClose }: { id: string; onClose: () => void }): ReactElement {
  const { state, chosen } = useCommit();
  const session = useSession(id);
  const count = countOf(state, chosen);
  const { begin, leave } = useCommit.getState();

  // Only the opening of the screen begins a commit, not what happens to the session after.
  const [first] = useState({ id, live: session !== undefined && isLive(session) });
  useEffect(() => {
    begin(first.id, first.live);
    return leave;
  }, [begin, leave, first]);

  // Where there is something to decide, the keyboard is there.
  const body = useRef<HTMLDivElement>(null);
  const asks = state.step === "review" && state.conflicts.length > 0;
  useEffect(() => {
    if (asks) body.current?.querySelector<HTMLElement>('[role="listbox"]')?.focus();
  }, [asks]);

  // Decided elsewhere meanwhile, there is nothing to ask any more: the screen below says what became of it.
  const elsewhere = isDecided(session) && isOvertaken(state);
  useEffect(() => {
    if (elsewhere) onClose();
  }, [elsewhere, onClose]);

  const name = session === undefined ? id : sessionTitle(session);
  return (
    <Dialog
      title={isCounted(state) ? TEXTS.commitTitle(count, name) : TEXTS.doneTitle(name)}
      full={fillsWindow(state)}
      closable={isLeavable(state)}
      onClose={onClose}
      footer={<Footer state={state} id={id} count={count} onClose={onClose} />}
      onHurry={useCommit.getState().hurry}
    >
      <div ref={body} className={styles.body}>
        <Body state={state} id={id} name={name} count={count} />
      </div>
    </Dialog>
  );
}

/** Tells whether there is so much to show that it takes the whole window; what is on its way there counts. */
function fillsWindow({ step }: CommitStep): boolean {
  return step === "reading" || step === "checking" || step === "review";
}

interface BodyProps {
  state: CommitStep;
  id: string;
  name: string;
  count: number;
}

function Body({ state, id, name, count }: BodyProps): ReactNode {
  switch (state.step) {
    case "stop":
      return (
        <EmptyPanel icon="stop" title={TEXTS.stillRuns(name)}>
          {TEXTS.stillRunsWhy}
        </EmptyPanel>
      );
    case "noting":
      return (
        <Working label={TEXTS.noting} work={state}>
          <p>{TEXTS.notingWhy}</p>
        </Working>
      );
    case "stopping":
      return <Working label={TEXTS.stopping} work={null} />;
    case "reading":
      return <Working label={TEXTS.reading} work={null} />;
    case "checking":
      return <Working label={TEXTS.checking} work={state} />;
    case "review":
      return (
        <>
          <NotesList session={id} />
          <ReviewBody review={state} id={id} count={count} />
        </>
      );
    case "needs":
      return (
        <div className={styles.column}>
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
        </div>
      );
    case "committing":
      return (
        <Working label={TEXTS.committing} work={state}>
          {!state.cancelling && !isCancellable(state) && <p>{TEXTS.pastReturn}</p>}
        </Working>
      );
    case "done":
      return <DonePanel result={state.result} />;
    case "failed":
      return <ErrorPanel error={state.error} />;
    case "cancelled":
      return <EmptyPanel icon="abort" title={TEXTS.failedTitle} />;
  }
}

interface WorkingProps {
  label: string;
  work: Work | null;
  children?: ReactNode;
}

/** Work that has the screen to itself. */
function Working({ label, work, children }: WorkingProps): ReactElement {
  const progress = work?.progress ?? null;
  return (
    <div className={styles.column}>
      <ProgressBar
        label={progress === null ? label : PHASE_WORDS[progress.phase]}
        done={progress?.done}
        total={progress?.total}
      />
      {children}
    </div>
  );
}

function ReviewBody({ review, id, count }: { review: Review; id: string; count: number }): ReactElement {
  const { tree, touched, version } = useFeed();
  const { left, changed } = useCommit();
  const session = useSession(id);
  const { include } = useCommit.getState();
  const { conflicts, more, aside, work } = review;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the tree is changed in place; `version` and `touched` tell of it
  const plan = useMemo(() => planOf(tree, aside), [tree, aside, touched, version]);
  const flags = useMemo(() => flagsOf(tree, plan.goes), [tree, plan]);
  const whole = left === 0 && aside.ignored.length === 0;
  return (
    <>
      <div className={styles.answer}>
        <div>
          <p className={styles.lead}>
            {conflicts.length > 0
              ? CONFLICT_TEXTS.lead(conflicts.length + more, Math.max(0, count - changesOf(conflicts) - more))
              : TEXTS.ready(count)}
          </p>
          {more > 0 && <p>{CONFLICT_TEXTS.askedLater(conflicts.length, more)}</p>}
          <p>
            {whole && count > 0 && `${summarySentence(tree)}. `}
            {left > 0 && `${TEXTS.readyPart(left)} `}
            {TEXTS.readyUndo}
            {aside.unseen !== null && ` ${TEXTS.unseen(aside.unseen)}`}
          </p>
          {flags.count > 0 && (
            <p className={styles.look}>
              <Icon name="flag" size={14} />
              {TEXTS.needLook(
                flags.count,
                rulesOf(flags.hints)
                  .map(({ name }) => name)
                  .join(", "),
              )}
            </p>
          )}
        </div>
        <p className={styles.check} role="status">
          {work !== null
            ? TEXTS.recheckGoing
            : conflicts.length > 0
              ? ""
              : aside.joined.length > 0
                ? TEXTS.nothingLeft
                : TEXTS.asSeen}
        </p>
      </div>
      {changed !== false && (
        <p className={styles.changed} role="status">
          {changed === null ? TEXTS.perhapsChanged : TEXTS.changedSince}
        </p>
      )}
      <AsideNotes aside={aside} onInclude={(paths) => void include(paths)} />
      <ReviewPanes review={review} plan={plan} id={id} session={session} />
    </>
  );
}

interface FooterProps {
  state: CommitStep;
  id: string;
  count: number;
  onClose: () => void;
}

function Footer({ state, id, count, onClose }: FooterProps): ReactElement {
  const { stopAndCheck, check, includeNeeds, hurry, cancel, fail } = useCommit.getState();
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
          <Button look="primary" autoFocus onClick={() => void stopAndCheck()}>
            {TEXTS.stopAndCommit}
          </Button>
        </>
      );
    case "noting":
    case "stopping":
    case "reading":
    case "checking":
      return leave;
    case "review": {
      const open = unanswered(state.conflicts, state.answers).length;
      const asks = state.conflicts.length > 0;
      return (
        <>
          {open > 0 && <span data-aside="">{CONFLICT_TEXTS.unanswered(open)}</span>}
          {leave}
          {asks && <RetryButton session={id} label={RUN_TEXTS.retry} onError={fail} />}
          {asks && (
            <Button disabled={state.work !== null} onClick={() => void check()}>
              {TEXTS.recheck}
            </Button>
          )}
          <Button
            look="primary"
            autoFocus={!asks}
            // Pressed while it is checked once more, it holds for what comes out, unless that is not what was seen.
            disabled={open > 0 || count === 0}
            onClick={hurry}
          >
            {asks ? TEXTS.commitRest : TEXTS.commit(count)}
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
          <Button look="primary" autoFocus onClick={() => void check()}>
            {TEXTS.tryAgain}
          </Button>
        </>
      );
    case "done": {
      const { commit: made, applied } = state.result;
      return (
        <>
          <Button icon="undo" onClick={() => useRoute.getState().askUndo({ commit: made, applied })}>
            {TEXTS.undoAsk}
          </Button>
          <Button look="primary" autoFocus onClick={onClose}>
            {TEXTS.done}
          </Button>
        </>
      );
    }
    case "cancelled":
      return (
        <>
          <Button onClick={onClose}>{TEXTS.close}</Button>
          <Button look="primary" autoFocus onClick={() => void check()}>
            {TEXTS.tryAgain}
          </Button>
        </>
      );
  }
}
