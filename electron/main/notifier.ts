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
  /** The person has chosen one. */
  chosen(session: string): void;
  /** The person wants the session's commit taken back. */
  takeBack(session: string): void;
}

/** What is shown; what belongs to no session opens nothing. */
type Told = Omit<Notice, "session"> & { session: string | null };

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
    notices.filter((_, place) => wanted[place]).forEach((notice) => this.#show(notice));
  }

  /** Tells the outcome of something that the person asked for, whether they look or not. */
  tell(title: string, body: string): void {
    this.#show({ session: null, title, body });
  }

  #show({ session, title, body, committed }: Told): void {
    const shown = this.#options.desktop.show({
      title: withoutMarkup(title),
      body: withoutMarkup(body),
      click: NOTICES.show,
      buttons: committed === true ? { [TAKE_BACK]: ROLLBACK.action } : {},
      pressed: (key) => {
        if (session === null) return;
        if (key === TAKE_BACK) this.#options.takeBack(session);
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
