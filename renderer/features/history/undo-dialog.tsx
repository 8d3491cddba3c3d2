// Undo: asks once, shows the work, and says what came of it. Conflicts are told: nothing was undone then.
import { useRef, useState, type ReactElement, type ReactNode } from "react";
import type { UndoResult } from "../../../protocol/src/commit.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Progress } from "../../../protocol/src/rpc.js";
import { nextTicket, see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ProgressBar } from "../../ui/progress-bar.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { ConflictList } from "../commit/conflict-list.js";
import { PHASE_WORDS, TEXTS } from "../commit/texts.js";
import { useSessions } from "../run/sessions-store.js";
import { useHistory } from "./history-store.js";

type UndoStep =
  { step: "ask" } | { step: "working"; progress: Progress | null } | { step: "failed"; error: SeeError };

interface UndoDialogProps {
  commit: string;
  applied: number;
  onClose: () => void;
  /** Called after the commit was undone, once the dialog has gone. */
  onUndone?: (result: UndoResult) => void;
}

export function UndoDialog({ commit, applied, onClose, onUndone }: UndoDialogProps): ReactElement {
  const [state, setState] = useState<UndoStep>({ step: "ask" });
  const ticket = useRef(0);

  const undo = async (): Promise<void> => {
    ticket.current = nextTicket();
    setState({ step: "working", progress: null });
    const stop = see.onProgress((progress) => {
      if (progress.request === ticket.current) setState({ step: "working", progress });
    });
    const outcome = await see.undo(commit, ticket.current);
    stop();
    void useHistory.getState().load();
    void useSessions.getState().load();
    if (outcome.ok) {
      onClose();
      onUndone?.(outcome.value);
    } else setState({ step: "failed", error: outcome.error });
  };
  return (
    <Dialog
      title={TEXTS.undoTitle}
      wide={state.step === "failed" && state.error.conflicts !== undefined}
      closable={state.step !== "working"}
      onClose={onClose}
      footer={
        state.step === "ask" ? (
          <>
            <Button autoFocus onClick={onClose}>
              {TEXTS.cancel}
            </Button>
            <Button look="primary" icon="undo" onClick={() => void undo()}>
              {TEXTS.undo}
            </Button>
          </>
        ) : (
          <Button disabled={state.step === "working"} onClick={onClose}>
            {TEXTS.close}
          </Button>
        )
      }
    >
      {undoBody(state, applied)}
    </Dialog>
  );
}

function undoBody(state: UndoStep, applied: number): ReactNode {
  switch (state.step) {
    case "ask":
      return <p>{TEXTS.undoWhy(applied)}</p>;
    case "working": {
      const { progress } = state;
      const label = progress === null ? TEXTS.undoing : PHASE_WORDS[progress.phase];
      return <ProgressBar label={label} done={progress?.done} total={progress?.total} />;
    }
    case "failed":
      return state.error.conflicts === undefined ? (
        <ErrorNote error={state.error} />
      ) : (
        <>
          <p>{TEXTS.undoConflicts}</p>
          <ConflictList conflicts={state.error.conflicts} />
        </>
      );
  }
}
