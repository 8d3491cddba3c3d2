// How much room the backups of commits may take up: what it is, what another limit would cost, and the way to set it.
import { useEffect, useState, type ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import { Button } from "../../ui/button.js";
import { formatBytes, parseSize } from "../../../texts/format.js";
import { ErrorNote, ErrorPanel } from "../../ui/state-panel.js";
import { backupBytes, wouldDrop } from "./history-model.js";
import { useHistory } from "./history-store.js";
import { TEXTS } from "../../../texts/history.js";
import line from "../../ui/typed-line.module.css";

export function BackupLimit(): ReactElement {
  const { commits, limit, error: unread } = useHistory();
  const [typed, setTyped] = useState<string | null>(null);
  const [error, setError] = useState<SeeError | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => void useHistory.getState().load(), []);

  const text = typed ?? (limit === null ? "" : formatBytes(limit));
  const wanted = text.trim() === "" ? null : parseSize(text);
  const wrong = text.trim() !== "" && wanted === null;
  const lost = wrong || typed === null || commits === null ? [] : wouldDrop(commits, wanted);
  const save = async (): Promise<void> => {
    setBusy(true);
    const outcome = await useHistory.getState().setLimit(wanted);
    setBusy(false);
    setError(outcome.ok ? null : outcome.error);
    if (outcome.ok) setTyped(null);
  };
  return (
    <section className={line.setting} aria-label={TEXTS.limitTitle}>
      <h2>{TEXTS.limitTitle}</h2>
      <p>{TEXTS.limitWhy}</p>
      {unread !== null && commits === null ? (
        <ErrorPanel error={unread} />
      ) : (
        <form
          className={line.line}
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <input
            aria-label={TEXTS.limitField}
            aria-invalid={wrong}
            placeholder={TEXTS.limitNone}
            spellCheck={false}
            value={text}
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button
            type="submit"
            look={lost.length > 0 ? "danger" : "plain"}
            disabled={typed === null || wrong || busy || commits === null}
          >
            {lost.length > 0 ? TEXTS.limitSetDrop(lost.length) : TEXTS.limitSet}
          </Button>
        </form>
      )}
      {commits !== null && <p role="status">{limitNote(wrong, lost.length, backupBytes(commits))}</p>}
      {error !== null && <ErrorNote error={error} />}
    </section>
  );
}

function limitNote(wrong: boolean, lost: number, used: number): string {
  if (wrong) return TEXTS.limitWrong;
  return lost > 0 ? TEXTS.limitDrops(lost) : TEXTS.used(formatBytes(used));
}
