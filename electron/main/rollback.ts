// Takes a commit back from outside of the window, by one click: with its check, like everywhere. What needs a decision is
// asked in the window. Knows no notification and no icon.
import { type CommitRecord, lastOf } from "../../protocol/src/commit.js";
import { escapeSentence } from "../../protocol/src/escape.js";
import { ROLLBACK } from "../../texts/desktop.js";
import { errorText } from "../../texts/errors.js";
import { programTitle, sessionTitle } from "../../texts/titles.js";
import { toSeeError } from "./failure.js";
import { administratorsId } from "../../protocol/src/stores.js";
import type { Stores } from "./helper/stores.js";

export interface RollbackEvents {
  /** It is done, or was not possible: what happened, and what that means. */
  told(title: string, body: string): void;
  /** The machine has changed since, or it may not be the one that is meant: the person decides, in the window. */
  asked(commit: string, applied: number): void;
}

type Source = Pick<Stores, "request" | "mayLackCommits">;

export class Rollback {
  readonly #helper: Source;
  readonly #events: RollbackEvents;
  /** The commits that are to be taken back, in turn; null: the newest, when there was nothing else to do. */
  readonly #asked = new Set<string | null>();
  #turn = Promise.resolve();

  constructor(helper: Source, events: RollbackEvents) {
    this.#helper = helper;
    this.#events = events;
  }

  /** Returns the commit with which a session became committed, when it can be taken back: that one, and no earlier part. */
  async offer(session: string): Promise<string | null> {
    const { commits } = await this.#helper.request("history.list", {});
    const [newest] = commits
      .filter((each) => each.session === session && each.undid === undefined)
      .toSorted((a, b) => b.time.localeCompare(a.time));
    return newest?.undoable === true ? newest.id : null;
  }

  /**
   * Takes a commit back: this one, or the newest that can be, one at a time. A second click for the same asks for nothing
   * more; one for the newest neither while another is at work: which that will be then, nobody can have meant.
   */
  takeBack(id: string | null = null): Promise<void> {
    if (this.#asked.has(id) || (id === null && this.#asked.size > 0)) return this.#turn;
    this.#asked.add(id);
    const take = (): Promise<void> => this.#take(id);
    // Where one could not even be told of, the next is taken back all the same.
    this.#turn = this.#turn.then(take, take);
    return this.#turn;
  }

  async #take(id: string | null): Promise<void> {
    let commit: CommitRecord | undefined;
    try {
      const { commits } = await this.#helper.request("history.list", {});
      commit = id === null ? lastOf(commits) : commits.find((each) => each.id === id);
      const isSure = id !== null || !(await this.#helper.mayLackCommits(commit?.time ?? null));
      if (commit === undefined) {
        this.#events.told(ROLLBACK.nothing, isSure ? ROLLBACK.nothingWhy : ROLLBACK.nothingOwnWhy);
        return;
      }
      if (commit.undone_by !== undefined) {
        this.#events.told(ROLLBACK.nothing, ROLLBACK.alreadyWhy);
        return;
      }
      // One click means what the person saw happen: not the commit of another administrator, and none before one out of sight.
      if (id === null && (!isSure || administratorsId(commit.id) !== null)) {
        this.#events.asked(commit.id, commit.applied);
        return;
      }
      // Asked before: what fails after the undo cannot be told as an undo that failed.
      const name = await this.#nameOf(commit);
      const { applied } = await this.#helper.request("history.undo", { commit: commit.id });
      this.#events.told(ROLLBACK.done(name), ROLLBACK.doneWhy(applied));
    } catch (thrown) {
      const error = toSeeError(thrown);
      if (error.conflicts !== undefined && commit !== undefined)
        this.#events.asked(commit.id, commit.applied);
      else {
        const { title, what, next } = errorText(error);
        this.#events.told(ROLLBACK.failed, escapeSentence(ROLLBACK.failedWhy(title, what, next)));
      }
    } finally {
      this.#asked.delete(id);
    }
  }

  /** Returns what the commit's session is called; as its program where nobody knows the session any more. */
  async #nameOf({ session: id, command }: CommitRecord): Promise<string> {
    const { sessions } = await this.#helper.request("sessions.list", {});
    const session = sessions.find((each) => each.id === id);
    return session === undefined ? programTitle(command) : sessionTitle(session);
  }
}
