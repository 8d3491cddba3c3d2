// What became of a session that is decided or broken, with the next step where the eye is.
import { useEffect, useState, type ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { escapeSentence, quoteWord } from "../../ui/escape.js";
import { EmptyPanel, ErrorNote } from "../../ui/state-panel.js";
import { useCommit } from "../commit/commit-store.js";
import { sessionWhy } from "../../../texts/causes.js";
import { TEXTS as COMMIT_TEXTS } from "../../../texts/commit.js";
import { VerifiedNote } from "../commit/verified-note.js";
import { standing } from "../history/history-model.js";
import { useHistory } from "../history/history-store.js";
import { useRun } from "../home/run-store.js";
import { TEXTS } from "../../../texts/run.js";
import { UNDONE_WORDS } from "../../../texts/sessions.js";
import { RetryButton } from "./retry-button.js";
import { hasNotStarted } from "./session-model.js";

export function SessionOutcome({ session }: { session: Session }): ReactElement {
  const [error, setError] = useState<SeeError | null>(null);
  return (
    <>
      {error !== null && <ErrorNote error={error} />}
      <Outcome
        session={session}
        again={<RetryButton session={session.id} label={TEXTS.retry} onError={setError} />}
      />
    </>
  );
}

function Outcome({ session, again }: OutcomeProps): ReactElement {
  if (session.state === "committed") return <Committed session={session} again={again} />;
  if (hasNotStarted(session)) {
    return (
      <EmptyPanel
        icon="alert"
        title={TEXTS.notStartedTitle}
        actions={
          <>
            <Button look="primary" icon="edit" onClick={() => mend(session)}>
              {TEXTS.mendCommand}
            </Button>
            {again}
          </>
        }
      >
        {escapeSentence(sessionWhy(session))} {TEXTS.notStartedWhy}
      </EmptyPanel>
    );
  }
  if (session.state === "aborted") return <Aborted session={session} again={again} />;
  return (
    <EmptyPanel icon="alert" title={TEXTS.brokenTitle} actions={again}>
      {escapeSentence(sessionWhy(session))}
    </EmptyPanel>
  );
}

/** Puts the command into the form again: once more as it is, it would only fail again. */
function mend({ command, cwd }: Session): void {
  useRun.getState().edit({ line: command.map(quoteWord).join(" "), cwd });
  useRoute.getState().go({ name: "home" });
}

interface OutcomeProps {
  session: Session;
  again: ReactElement;
}

/** What was committed of it before is on the machine still, and can be taken back. */
function Aborted({ session, again }: OutcomeProps): ReactElement {
  const commits = useHistory((state) => state.commits);
  useEffect(() => void useHistory.getState().load(), [session.id]);
  const stays = standing(commits ?? [], session.id);
  const [last] = stays;
  const count = stays.reduce((sum, { applied }) => sum + applied, 0);
  return (
    <EmptyPanel
      icon="abort"
      title={last === undefined ? TEXTS.abortedTitle : TEXTS.abortedRestTitle}
      actions={
        <>
          {last?.undoable === true && (
            <Button
              icon="undo"
              onClick={() => useRoute.getState().askUndo({ commit: last.id, applied: last.applied })}
            >
              {COMMIT_TEXTS.undoCommitted(last.applied)}
            </Button>
          )}
          {again}
        </>
      }
    >
      {last === undefined ? commits !== null && TEXTS.abortedWhy : TEXTS.abortedRestWhy(count)}{" "}
      {escapeSentence(sessionWhy(session))}
    </EmptyPanel>
  );
}

/** A whole commit: its Undo is the one thing that a person may want now. */
function Committed({ session, again }: OutcomeProps): ReactElement {
  const commits = useHistory((state) => state.commits);
  const last = useCommit((state) => state.last);
  useEffect(() => void useHistory.getState().load(), [session.id]);

  const own = commits
    ?.filter((each) => each.session === session.id && each.undid === undefined)
    .sort((a, b) => b.time.localeCompare(a.time));
  // Of a session that was committed in parts, what is still there can be undone.
  const record = own?.find((each) => each.undone_by === undefined) ?? own?.[0];
  // Just committed, the history may not have been read yet.
  const fresh = last?.session === session.id ? last.result : undefined;
  const applied = record?.applied ?? fresh?.applied;
  const commit = record === undefined ? fresh?.commit : record.undoable ? record.id : undefined;
  const undone = session.undone === true;
  const title = undone
    ? UNDONE_WORDS.long
    : applied === undefined
      ? TEXTS.committedTitle
      : COMMIT_TEXTS.committed(applied);
  return (
    <>
      <EmptyPanel
        icon={undone ? "undo" : "check"}
        title={title}
        actions={
          <>
            {commit !== undefined && (
              <Button
                look="primary"
                icon="undo"
                onClick={() => useRoute.getState().askUndo({ commit, applied: applied ?? 0 })}
              >
                {COMMIT_TEXTS.undo}
              </Button>
            )}
            <Button icon="clock" onClick={() => useRoute.getState().go({ name: "history" })}>
              {TEXTS.openHistory}
            </Button>
            {again}
          </>
        }
      >
        {undone ? COMMIT_TEXTS.undoneLong : COMMIT_TEXTS.committedWhy}{" "}
        {!undone && fresh !== undefined && <VerifiedNote result={fresh} />}
      </EmptyPanel>
    </>
  );
}
