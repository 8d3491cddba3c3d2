// Undo: asks once, shows the work, and ends with what was done. Where the machine has changed since, it asks what to do,
// as a commit does.
import { useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { UndoResult } from "../../../protocol/src/commit.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Progress } from "../../../protocol/src/rpc.js";
import { nextTicket, see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { useRoute } from "../../route-store.js";
import { Dialog } from "../../ui/dialog.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import {
  afterRefusal,
  answeredWith,
  isBeforeApply,
  NOTHING_ASKED,
  resolveList,
  unanswered,
  type Asked,
} from "../commit/commit-model.js";
import { useFeed } from "../changes/feed-store.js";
import { useCommit } from "../commit/commit-store.js";
import { ConflictPanes } from "../commit/conflict-panes.js";
import { CONFLICT_TEXTS } from "../../../texts/conflicts.js";
import { TEXTS, UNDO_PHASE_WORDS } from "../../../texts/commit.js";
import { useVersions } from "../commit/versions-store.js";
import { isOpen } from "../run/session-model.js";
import { WholeMachineMark } from "../run/whole-machine-mark.js";
import { useSession, useSessions } from "../run/sessions-store.js";
import { DeedList } from "./deed-list.js";
import { commitTitle } from "./history-model.js";
import { useHistory } from "./history-store.js";
import styles from "../commit/commit-screen.module.css";

type UndoStep =
  | { step: "ask" }
  | { step: "working"; progress: Progress | null; cancelling: boolean }
  | { step: "conflicts" }
  | { step: "done"; result: UndoResult }
  | { step: "failed"; error: SeeError };

interface UndoScreenProps {
  commit: string;
  applied: number;
  onClose: () => void;
}

export function UndoScreen({ commit, applied, onClose }: UndoScreenProps): ReactElement {
  const [state, setState] = useState<UndoStep>({ step: "ask" });
  const [asked, setAsked] = useState<Asked>(NOTHING_ASKED);
  const ticket = useRef(0);
  const record = useHistory(({ commits }) => commits?.find((each) => each.id === commit));
  const session = useSession(record?.session ?? null);
  const name = record === undefined ? undefined : commitTitle(record, session);
  const about = useMemo(() => ({ what: "undo", commit }) as const, [commit]);
  // What was read for another decision is of no use in this one; merges that were begun there stay.
  useEffect(() => useVersions.getState().renew(new Map()), []);

  const undo = async (): Promise<void> => {
    ticket.current = nextTicket();
    // What was answered counts where it is in sight.
    const known = state.step === "conflicts" ? asked : { ...asked, conflicts: [] };
    const resolve = resolveList(known.conflicts, known.answers);
    setState({ step: "working", progress: null, cancelling: false });
    const stop = see.onProgress((progress) => {
      if (progress.request === ticket.current)
        setState((now) => (now.step === "working" ? { ...now, progress } : now));
    });
    const outcome = await see.undo(commit, resolve, ticket.current);
    stop();
    useVersions.getState().renew(new Map());
    void useHistory.getState().load();
    void useSessions.getState().load();
    if (outcome.ok) {
      const { last, forgetLast } = useCommit.getState();
      if (last?.result.commit === commit) forgetLast();
      setState({ step: "done", result: outcome.value });
      // What the machine has again is no change of a session any more, or one again.
      const { screen } = useRoute.getState();
      if (screen.name === "session" && screen.session === useFeed.getState().session)
        useFeed.getState().retry();
      return;
    }
    const { error } = outcome;
    const refused = afterRefusal(error, known);
    if (refused !== null) {
      setAsked(refused);
      setState({ step: "conflicts" });
    } else setState(error.code === "cancelled" ? { step: "ask" } : { step: "failed", error });
  };
  const cancel = (): void => {
    void see.cancel(ticket.current);
    setState((now) => (now.step === "working" ? { ...now, cancelling: true } : now));
  };
  const open = state.step === "conflicts" ? unanswered(asked.conflicts, asked.answers).length : 0;
  return (
    <Dialog
      title={titleOf(state, name)}
      full={state.step === "ask" || state.step === "conflicts"}
      closable={state.step !== "working"}
      onClose={onClose}
      onHurry={() => {
        if (state.step === "ask" || (state.step === "conflicts" && open === 0)) void undo();
      }}
      footer={
        <Footer state={state} open={open} onClose={onClose} onUndo={() => void undo()} onCancel={cancel} />
      }
    >
      <div className={styles.body}>
        {state.step === "conflicts" ? (
          <>
            <p className={styles.lead}>{CONFLICT_TEXTS.undoLead(asked.conflicts.length + asked.more)}</p>
            {asked.more > 0 && <p>{CONFLICT_TEXTS.askedLater(asked.conflicts.length, asked.more)}</p>}
            <ConflictPanes
              about={about}
              conflicts={asked.conflicts}
              answers={asked.answers}
              onAnswer={(conflicts, answer) => setAsked(answeredWith(asked, conflicts, answer))}
            />
          </>
        ) : (
          undoBody(state, commit, applied)
        )}
      </div>
    </Dialog>
  );
}

function titleOf({ step }: UndoStep, name: string | undefined): string {
  if (step === "working") return name === undefined ? TEXTS.undoWorkTitleBare : TEXTS.undoWorkTitle(name);
  return step === "done" ? TEXTS.undoDoneTitle : TEXTS.undoTitle;
}

function undoBody(
  state: Exclude<UndoStep, { step: "conflicts" }>,
  commit: string,
  applied: number,
): ReactNode {
  switch (state.step) {
    case "ask":
      return <Question commit={commit} applied={applied} />;
    case "working": {
      const { progress } = state;
      return (
        <div className={styles.column}>
          <ProgressBar
            label={progress === null ? TEXTS.undoing : UNDO_PHASE_WORDS[progress.phase]}
            done={progress?.done}
            total={progress?.total}
          />
          {!state.cancelling && !isBeforeApply(progress) && <p>{TEXTS.pastReturn}</p>}
        </div>
      );
    }
    case "done": {
      const { applied: taken, skipped = 0, dropped = [] } = state.result;
      return (
        <EmptyPanel icon="check" title={`${TEXTS.undone(taken)}.`}>
          {skipped === 0 ? TEXTS.undoneWhy : TEXTS.undonePart(skipped)}
          {dropped.length > 0 && ` ${TEXTS.dropped(dropped.length)}`}
        </EmptyPanel>
      );
    }
    case "failed":
      return <ErrorPanel error={state.error} />;
  }
}

/** What would be taken back: of which program, and what it did. */
function Question({ commit, applied }: { commit: string; applied: number }): ReactElement {
  const record = useHistory((state) => state.commits?.find((each) => each.id === commit));
  const session = useSession(record?.session ?? null);
  useEffect(() => void useHistory.getState().load(), []);
  return (
    <>
      <p className={styles.lead}>
        {record === undefined
          ? TEXTS.undoCount(applied)
          : TEXTS.undoCountOf(applied, commitTitle(record, session))}{" "}
        <WholeMachineMark of={commit} words />
      </p>
      <p>
        {TEXTS.undoWhy} {session !== undefined && isOpen(session) && TEXTS.undoNotInto}
      </p>
      <DeedList commit={commit} />
    </>
  );
}

interface FooterProps {
  state: UndoStep;
  /** Conflicts that have no answer yet. */
  open: number;
  onClose: () => void;
  onUndo: () => void;
  onCancel: () => void;
}

function Footer({ state, open, onClose, onUndo, onCancel }: FooterProps): ReactElement {
  switch (state.step) {
    case "ask":
    case "conflicts":
      return (
        <>
          {open > 0 && <span data-aside="">{CONFLICT_TEXTS.unanswered(open)}</span>}
          <Button autoFocus={state.step === "ask"} onClick={onClose}>
            {TEXTS.cancel}
          </Button>
          <Button look="primary" icon="undo" disabled={open > 0} onClick={onUndo}>
            {state.step === "ask" ? TEXTS.undo : TEXTS.undoRest}
          </Button>
        </>
      );
    case "working":
      return (
        <Button disabled={state.cancelling || !isBeforeApply(state.progress)} onClick={onCancel}>
          {state.cancelling ? TEXTS.cancelling : TEXTS.cancel}
        </Button>
      );
    case "failed":
      return (
        <>
          <Button onClick={onClose}>{TEXTS.close}</Button>
          <Button look="primary" autoFocus onClick={onUndo}>
            {TEXTS.tryAgain}
          </Button>
        </>
      );
    case "done":
      return (
        <Button look="primary" autoFocus onClick={onClose}>
          {TEXTS.done}
        </Button>
      );
  }
}
