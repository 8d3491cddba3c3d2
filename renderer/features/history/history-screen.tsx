// History: what was committed, the newest first, each with its way back.
import { useEffect, useState, type ReactElement } from "react";
import type { CommitRecord } from "../../../protocol/src/commit.js";
import { administratorsId } from "../../../protocol/src/stores.js";
import { useAdministrators } from "../run/administrators-store.js";
import { WholeMachineMark } from "../run/whole-machine-mark.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { useRoute } from "../../route-store.js";
import { Button, IconButton } from "../../ui/button.js";
import { cx } from "../../ui/cx.js";
import { Dialog } from "../../ui/dialog.js";
import { CommandText } from "../../ui/command-text.js";
import { displayCommand, escapeSentence, escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { formatAgo, formatBytes, formatMany, formatTime } from "../../../texts/format.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorNote, ErrorPanel } from "../../ui/state-panel.js";
import { useClock } from "../../ui/use-clock.js";
import { TEXTS as RUN_TEXTS } from "../../../texts/run.js";
import { NotesButton } from "../notes/note-line.js";
import { useSession } from "../run/sessions-store.js";
import { useSettings } from "../settings/settings-store.js";
import { DeedList } from "./deed-list.js";
import { backupBytes, commitTitle, undoState, waitsWords } from "./history-model.js";
import { useHistory } from "./history-store.js";
import { TEXTS } from "../../../texts/history.js";
import styles from "./history-screen.module.css";

export function HistoryScreen(): ReactElement {
  const { commits, limit, error } = useHistory();
  const sidebar = useSettings((state) => state.sidebar);
  const [dropping, setDropping] = useState<CommitRecord | null>(null);
  const now = useClock(60_000);
  // The administrator's commits are there once their helper is.
  const epoch = useAdministrators((state) => state.epoch);
  useEffect(() => void useHistory.getState().load(), [epoch]);

  const sorted = [...(commits ?? [])].sort((a, b) => b.time.localeCompare(a.time));
  const used = backupBytes(sorted);
  return (
    <div className={styles.screen}>
      <div className={styles.column}>
        <header>
          {!sidebar && (
            <IconButton
              icon="sidebar"
              label={RUN_TEXTS.showSidebar}
              onClick={useSettings.getState().toggleSidebar}
            />
          )}
          <h1>{TEXTS.title}</h1>
          <p className={styles.lead}>{TEXTS.lead}</p>
        </header>
        {error !== null && (
          <ErrorPanel
            error={error}
            actions={<Button onClick={() => void useHistory.getState().load()}>{TEXTS.retry}</Button>}
          />
        )}
        {commits === null && error === null && <Skeleton label={TEXTS.loading} rows={5} />}
        {commits?.length === 0 && (
          <EmptyPanel icon="clock" title={TEXTS.empty}>
            {TEXTS.emptyWhy}
          </EmptyPanel>
        )}
        {sorted.length > 0 && (
          <div className={styles.backups}>
            <p title={TEXTS.usedWhy}>
              {limit === null
                ? TEXTS.usedNoLimit(formatBytes(used))
                : TEXTS.usedOf(formatBytes(used), formatBytes(limit))}
            </p>
            <Button look="quiet" onClick={() => useRoute.getState().show("settings")}>
              {TEXTS.changeLimit}
            </Button>
          </div>
        )}
        {sorted.length > 0 && (
          <ul className={styles.list}>
            {sorted.map((record) => (
              <CommitItem key={record.id} record={record} now={now} onDrop={setDropping} />
            ))}
          </ul>
        )}
      </div>
      {dropping !== null && <DropDialog record={dropping} onClose={() => setDropping(null)} />}
    </div>
  );
}

interface CommitItemProps {
  record: CommitRecord;
  now: number;
  onDrop: (record: CommitRecord) => void;
}

function CommitItem({ record, now, onDrop }: CommitItemProps): ReactElement {
  const [open, setOpen] = useState(false);
  const session = useSession(record.session);
  const facts = [formatAgo(record.time, now), formatMany(record.applied, "change")];
  const state = undoState(record);
  const title = commitTitle(record, session);
  if (record.backup !== undefined) facts.push(TEXTS.backup(formatBytes(record.backup)));
  if (state !== "possible") facts.push(TEXTS.states[state]);
  const waits = waitsWords(record);
  const command = displayCommand(record.command);
  return (
    <li className={cx(styles.item, state === "undone" && styles.taken)}>
      <div className={styles.what}>
        <div className={styles.name}>
          {record.undid !== undefined && <Icon name="undo" size={14} />}
          <span>{title}</span>
          <WholeMachineMark of={record.id} words />
          <span className={styles.command} title={command}>
            <CommandText command={record.command} />
          </span>
        </div>
        <div
          className={styles.facts}
          title={`${formatTime(record.time)}\n${administratorsId(record.id) ?? record.id}`}
        >
          {facts.join(" · ")}
        </div>
        {waits !== "" && <p className={styles.waits}>{escapeSentence(waits)}</p>}
        {record.note !== undefined && <p className={styles.note}>{escapeText(record.note)}</p>}
        {record.notes !== undefined && <NotesButton session={record.session} count={record.notes} />}
      </div>
      <div className={styles.ways}>
        {record.backup !== undefined && (
          <Button
            look="quiet"
            icon={open ? "down" : "chevron"}
            aria-expanded={open}
            aria-label={TEXTS.deedsOf(title)}
            onClick={() => setOpen(!open)}
          >
            {TEXTS.deeds}
          </Button>
        )}
        {record.backup !== undefined && state !== "waits" && state !== "undone" && (
          <Button look="quiet" onClick={() => onDrop(record)}>
            {TEXTS.drop}
          </Button>
        )}
        {(state === "possible" || state === "waits") && (
          <Button
            icon="undo"
            onClick={() => useRoute.getState().askUndo({ commit: record.id, applied: record.applied })}
          >
            {state === "waits" ? TEXTS.undoAgain : record.undid === undefined ? TEXTS.undo : TEXTS.redo}
          </Button>
        )}
      </div>
      {open && (
        <div className={styles.deeds}>
          <DeedList commit={record.id} />
        </div>
      )}
    </li>
  );
}

function DropDialog({ record, onClose }: { record: CommitRecord; onClose: () => void }): ReactElement {
  const [error, setError] = useState<SeeError | null>(null);
  const [busy, setBusy] = useState(false);
  const drop = async (): Promise<void> => {
    setBusy(true);
    const outcome = await useHistory.getState().drop(record.id);
    setBusy(false);
    if (outcome.ok) onClose();
    else setError(outcome.error);
  };
  return (
    <Dialog
      title={TEXTS.dropTitle}
      onClose={onClose}
      closable={!busy}
      footer={
        <>
          <Button autoFocus disabled={busy} onClick={onClose}>
            {TEXTS.cancel}
          </Button>
          <Button look="danger" disabled={busy} onClick={() => void drop()}>
            {TEXTS.dropConfirm}
          </Button>
        </>
      }
    >
      <p>
        {TEXTS.dropWhy} {TEXTS.dropFrees(formatBytes(record.backup ?? 0))}
      </p>
      {error !== null && <ErrorNote error={error} />}
    </Dialog>
  );
}
