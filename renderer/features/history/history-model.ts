// What the history says of backups: how much room they take up, what can be undone, and what a limit would cost. Pure.
import { administratorsId } from "../../../protocol/src/stores.js";
import type { CommitRecord } from "../../../protocol/src/commit.js";
import type { Session } from "../../../protocol/src/session.js";
import { errorText } from "../../../texts/errors.js";
import { TEXTS } from "../../../texts/history.js";
import { programTitle, sessionTitle } from "../../../texts/titles.js";

/** Returns what the undo of a commit waits for; empty when it does not. Programs may have chosen words in it. */
export function waitsWords({ waits = "", waits_for: error }: CommitRecord): string {
  return error === undefined ? waits : errorText(error).what;
}

/** Why a commit can or cannot be undone; "waits" while its undo was cut off and cannot be settled yet. */
export type UndoState = "possible" | "undone" | "dropped" | "waits";

export function undoState(record: CommitRecord): UndoState {
  if (record.undone_by !== undefined) return "undone";
  if (record.waits !== undefined) return "waits";
  return record.undoable ? "possible" : "dropped";
}

/** Returns what a commit is called: as its session, or as the program that ran. Of an undo, whose. */
export function commitTitle(record: CommitRecord, session: Session | undefined): string {
  const name = session === undefined ? programTitle(record.command) : sessionTitle(session);
  return record.undid === undefined ? name : TEXTS.undoOf(name);
}

/**
 * Returns what was committed of a session and is on the machine still, the newest first. What was taken back and then done
 * again stands as that: its undo is the one that there is.
 */
export function standing(commits: readonly CommitRecord[], session: string): CommitRecord[] {
  const byId = new Map(commits.map((each) => [each.id, each]));
  return commits
    .filter((each) => each.session === session && each.undid === undefined)
    .flatMap((first) => {
      let [last, stands] = [first, true];
      for (let next = undoOf(last, byId); next !== undefined; next = undoOf(last, byId))
        [last, stands] = [next, !stands];
      return stands ? [last] : [];
    })
    .toSorted((a, b) => b.time.localeCompare(a.time));
}

function undoOf({ undone_by: by }: CommitRecord, byId: Map<string, CommitRecord>): CommitRecord | undefined {
  return by === undefined ? undefined : byId.get(by);
}

/** Returns the bytes that all backups take up that the limit is for: the person's own. */
export function backupBytes(commits: readonly CommitRecord[]): number {
  return commits.filter(isOwn).reduce((sum, { backup = 0 }) => sum + backup, 0);
}

function isOwn({ id }: CommitRecord): boolean {
  return administratorsId(id) === null;
}

/**
 * Returns the commits whose backups would go for a limit, the oldest first. That of the newest one stays, however large
 * it is.
 */
export function wouldDrop(commits: readonly CommitRecord[], limit: number | null): CommitRecord[] {
  if (limit === null) return [];
  const kept = commits
    .filter((commit) => commit.backup !== undefined && isOwn(commit))
    .toSorted((a, b) => b.time.localeCompare(a.time));
  let total = backupBytes(kept);
  const dropped: CommitRecord[] = [];
  for (const record of kept.slice(1).toReversed()) {
    if (total <= limit) break;
    total -= record.backup ?? 0;
    dropped.push(record);
  }
  return dropped;
}
