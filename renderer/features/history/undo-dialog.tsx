// Undo: asks once, shows the work, and says what came of it. Where the machine has changed since, it asks what to do.
import { useRef, useState, type ReactElement, type ReactNode } from "react";
import type { UndoResult } from "../../../protocol/src/commit.js";
import type { Conflict, SeeError } from "../../../protocol/src/errors.js";
import type { Progress } from "../../../protocol/src/rpc.js";
import { nextTicket, see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { fits, NO_ANSWERS, NO_ASIDE, resolveList, unanswered, type Answers } from "../commit/commit-model.js";
import { ConflictScreen } from "../commit/conflict-screen.js";
import { CONFLICT_TEXTS } from "../commit/conflict-texts.js";
import { PHASE_WORDS, TEXTS } from "../commit/texts.js";
import { useSessions } from "../run/sessions-store.js";
import { pathKey } from "../../../protocol/src/path.js";
import { useHistory } from "./history-store.js";

type UndoStep =
  | { step: "ask" }
  | { step: "working"; progress: Progress | null }
  | { step: "conflicts"; conflicts: readonly Conflict[] }
  | { step: "failed"; error: SeeError };

interface UndoDialogProps {
  commit: string;
  applied: number;
  onClose: () => void;
  /** Called after the commit was undone, once the dialog has gone. */
  onUndone?: (result: UndoResult) => void;
}

const ABOUT = { what: "undo" } as const;

export function UndoDialog({ commit, applied, onClose, onUndone }: UndoDialogProps): ReactElement {
  const [state, setState] = useState<UndoStep>({ step: "ask" });
  const [answers, setAnswers] = useState<Answers>(NO_ANSWERS);
  const ticket = useRef(0);

  const undo = async (): Promise<void> => {
    ticket.current = nextTicket();
    const resolve = state.step === "conflicts" ? resolveList(state.conflicts, answers) : [];
    setState({ step: "working", progress: null });
    const stop = see.onProgress((progress) => {
      if (progress.request === ticket.current) setState({ step: "working", progress });
    });
    const outcome = await see.undo(commit, resolve, ticket.current);
    stop();
    void useHistory.getState().load();
    void useSessions.getState().load();
    if (outcome.ok) {
      onClose();
      onUndone?.(outcome.value);
      return;
    }
    const { error } = outcome;
    setState(
      error.conflicts === undefined
        ? { step: "failed", error }
        : { step: "conflicts", conflicts: error.conflicts },
    );
  };
  const open = state.step === "conflicts" ? unanswered(state.conflicts, answers).length : 0;
  return (
    <Dialog
      title={TEXTS.undoTitle}
      full={state.step === "conflicts"}
      closable={state.step !== "working"}
      onClose={onClose}
      footer={
        state.step === "ask" || state.step === "conflicts" ? (
          <>
            {open > 0 && <span data-aside="">{TEXTS.unanswered(open)}</span>}
            <Button autoFocus={state.step === "ask"} onClick={onClose}>
              {TEXTS.cancel}
            </Button>
            <Button look="primary" icon="undo" disabled={open > 0} onClick={() => void undo()}>
              {state.step === "ask" ? TEXTS.undo : TEXTS.undoRest}
            </Button>
          </>
        ) : (
          <Button disabled={state.step === "working"} onClick={onClose}>
            {TEXTS.close}
          </Button>
        )
      }
    >
      {state.step === "conflicts" ? (
        <ConflictScreen
          about={ABOUT}
          conflicts={state.conflicts}
          answers={answers}
          aside={NO_ASIDE}
          lead={CONFLICT_TEXTS.undoLead(state.conflicts.length)}
          onAnswer={(conflicts, answer) => {
            const next = new Map(answers);
            for (const conflict of conflicts)
              if (answer !== null && fits(conflict, answer)) next.set(pathKey(conflict), answer);
            setAnswers(next);
          }}
        />
      ) : (
        undoBody(state, applied)
      )}
    </Dialog>
  );
}

function undoBody(state: Exclude<UndoStep, { step: "conflicts" }>, applied: number): ReactNode {
  switch (state.step) {
    case "ask":
      return <p>{TEXTS.undoWhy(applied)}</p>;
    case "working": {
      const { progress } = state;
      const label = progress === null ? TEXTS.undoing : PHASE_WORDS[progress.phase];
      return <ProgressBar label={label} done={progress?.done} total={progress?.total} />;
    }
    case "failed":
      return <ErrorNote error={state.error} />;
  }
}
