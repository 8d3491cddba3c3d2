// Desktop notifications of what happens to sessions while the person looks elsewhere. Shows; decides nothing.
import { Notification } from "electron";
import type { Session } from "../../protocol/src/session.js";
import { ROLLBACK } from "../../texts/desktop.js";
import { type Notice, noticesOf, withoutMarkup } from "./notices.js";

export interface NotifierOptions {
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
  /** Held as long as they may be chosen: else they are collected and do nothing. */
  readonly #shown = new Set<Notification>();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Takes the newest list of sessions. */
  async take(sessions: readonly Session[]): Promise<void> {
    const notices = noticesOf(this.#sessions, sessions);
    this.#sessions = sessions;
    if (notices.length === 0 || !Notification.isSupported()) return;
    const wanted = await Promise.all(notices.map((notice) => this.#options.wanted(notice)));
    notices.filter((_, place) => wanted[place]).forEach((notice) => this.#show(notice));
  }

  /** Tells the outcome of something that the person asked for, whether they look or not. */
  tell(title: string, body: string): void {
    if (Notification.isSupported()) this.#show({ session: null, title, body });
  }

  #show({ session, title, body, committed }: Told): void {
    const actions = committed === true ? [{ type: "button" as const, text: ROLLBACK.action }] : [];
    const notification = new Notification({
      title: withoutMarkup(title),
      body: withoutMarkup(body),
      actions,
    });
    notification.on("action", () => {
      this.#shown.delete(notification);
      if (session !== null) this.#options.takeBack(session);
    });
    this.#shown.add(notification);
    notification.on("click", () => {
      this.#shown.delete(notification);
      if (session !== null) this.#options.chosen(session);
    });
    notification.on("close", () => this.#shown.delete(notification));
    notification.on("failed", (_event, error) => {
      this.#shown.delete(notification);
      process.stderr.write(`alcatraz: a notification could not be shown: ${error}\n`);
    });
    notification.show();
  }
}
