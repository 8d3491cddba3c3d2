// Which of what comes from all terminals is one terminal's own: every one of them hears all. Pure; knows nothing of the screen.

export interface FeedEvents {
  /** Shows data of this terminal; fulfilled when drawn. */
  draw(data: Uint8Array): Promise<void>;
  end(status: number): void;
}

interface Early {
  terminal: number;
  data: Uint8Array;
  settle: (own: boolean | Promise<boolean>) => void;
}

export class Feed {
  readonly #events: FeedEvents;
  #number: number | null = null;
  /** Until the terminal's number is known, anything may be its own. */
  #opening = true;
  #early: Early[] = [];
  readonly #earlyEnds = new Map<number, number>();

  constructor(events: FeedEvents) {
    this.#events = events;
  }

  /** The terminal's number; null before it is open, and when its program has ended. */
  get number(): number | null {
    return this.#number;
  }

  /** Takes what a terminal printed. Tells whether it was this one's own: once it is drawn, else at once. */
  take(terminal: number, data: Uint8Array): boolean | Promise<boolean> {
    if (!this.#opening) return terminal === this.#number && this.#draw(data);
    return new Promise((settle) => this.#early.push({ terminal, data, settle }));
  }

  exit(terminal: number, status: number): void {
    if (this.#opening) this.#earlyEnds.set(terminal, status);
    else if (terminal === this.#number) this.#end(status);
  }

  /** Says which terminal is this one's; null when there will be none. */
  opened(number: number | null): void {
    this.#opening = false;
    this.#number = number;
    for (const { terminal, data, settle } of this.#early) settle(terminal === number && this.#draw(data));
    this.#early = [];
    const status = number === null ? undefined : this.#earlyEnds.get(number);
    this.#earlyEnds.clear();
    if (status !== undefined) this.#end(status);
  }

  async #draw(data: Uint8Array): Promise<true> {
    await this.#events.draw(data);
    return true;
  }

  #end(status: number): void {
    this.#number = null;
    this.#events.end(status);
  }
}
