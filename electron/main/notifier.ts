// Desktop notifications of what happens to sessions while the person looks elsewhere. Shows; decides nothing.
import { Notification } from "electron";
import type { Session } from "../../protocol/src/session.js";
import { type Notice, noticesOf } from "./notices.js";

export interface NotifierOptions {
  /** Whether the person wants them, and is not looking anyway. */
  wanted(): Promise<boolean>;
  /** The person has chosen one. */
  chosen(session: string): void;
}

export class Notifier {
  readonly #options: NotifierOptions;
  #sessions: readonly Session[] = [];
  /** Held as long as they may be chosen: else they are collected and do nothing. */
  readonly #shown = new Set<Notification>();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Takes the newest list of sessions. */
  async take(sessions: readonly Session[]): Promise<void> {
    const notices = noticesOf(this.#sessions, sessions);
    this.#sessions = sessions;
    if (notices.length === 0 || !Notification.isSupported() || !(await this.#options.wanted())) return;
    for (const notice of notices) this.#show(notice);
  }

  #show({ session, title, body }: Notice): void {
    const notification = new Notification({ title, body });
    this.#shown.add(notification);
    notification.on("click", () => {
      this.#shown.delete(notification);
      this.#options.chosen(session);
    });
    notification.on("close", () => this.#shown.delete(notification));
    notification.on("failed", (_event, error) => {
      this.#shown.delete(notification);
      process.stderr.write(`alcatraz: a notification could not be shown: ${error}\n`);
    });
    notification.show();
  }
}
