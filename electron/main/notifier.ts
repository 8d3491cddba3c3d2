// Desktop notifications of what happens to sessions while the person looks elsewhere. Shows; decides nothing.
import { escapeText } from "../../protocol/src/escape.js";
import type { Session } from "../../protocol/src/session.js";
import { NOTICES, ROLLBACK } from "../../texts/desktop.js";
import type { DesktopNotifications } from "./bus/notifications.js";
import { reasonOf } from "./failure.js";
import { type Notice, noticesOf, withoutMarkup } from "./notices.js";

/** The key of the button that takes a commit back. */
const TAKE_BACK = "take-back";

export interface NotifierOptions {
  desktop: Pick<DesktopNotifications, "show">;
  /** Whether the person wants this one, and is not looking anyway. */
  wanted(notice: Notice): Promise<boolean>;
  /** The person has chosen one; null: of what belongs to no session. */
  chosen(session: string | null): void;
  /** Returns the commit that a session was just committed with; null: it cannot be taken back. */
  offer(session: string): Promise<string | null>;
  /** The person wants this commit taken back. */
  takeBack(commit: string): void;
}

/** What is shown; null: the outcome of something, which belongs to no session. */
type Told = Pick<Notice, "title" | "body"> & { session: string | null };

export class Notifier {
  readonly #options: NotifierOptions;
  #sessions: readonly Session[] | null = null;
  /** Why the last one could not be shown: said once, not for each. */
  #failed = "";

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Takes the newest list of sessions. */
  async take(sessions: readonly Session[]): Promise<void> {
    const notices = noticesOf(this.#sessions, sessions);
    this.#sessions = sessions;
    if (notices.length === 0) return;
    const wanted = await Promise.all(notices.map((notice) => this.#options.wanted(notice)));
    await Promise.all(notices.filter((_, place) => wanted[place]).map((notice) => this.#notify(notice)));
  }

  /** Takes a list in which nothing is news: it could not be seen before. */
  learn(sessions: readonly Session[]): void {
    this.#sessions = sessions;
  }

  /** Tells the outcome of something that the person asked for, whether they look or not. */
  tell(title: string, body: string): void {
    this.#show({ session: null, title, body }, null);
  }

  /** Finds out which commit it tells of while that is the newest: its button takes back that one, however late. */
  async #notify(notice: Notice): Promise<void> {
    let commit: string | null = null;
    try {
      if (notice.committed === true) commit = await this.#options.offer(notice.session);
    } catch (error) {
      process.stderr.write(`alcatraz: a notification has no button: ${escapeText(reasonOf(error))}\n`);
    }
    this.#show(notice, commit);
  }

  #show({ session, title, body }: Told, commit: string | null): void {
    const shown = this.#options.desktop.show({
      title: withoutMarkup(title),
      body: withoutMarkup(body),
      click: NOTICES.show,
      buttons: commit === null ? {} : { [TAKE_BACK]: ROLLBACK.action },
      pressed: (key) => {
        if (key === TAKE_BACK && commit !== null) this.#options.takeBack(commit);
        else this.#options.chosen(session);
      },
    });
    shown.catch((error: unknown) => {
      const why = reasonOf(error);
      if (why !== this.#failed)
        process.stderr.write(`alcatraz: a notification could not be shown: ${escapeText(why)}\n`);
      this.#failed = why;
    });
  }
}
