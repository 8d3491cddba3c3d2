// Holds back a flood: gathers chunks into one batch a frame, and says when the source has to pause because
// the receiver lags behind. Pure but for its timer; knows nothing of terminals.

/** A frame, in milliseconds: nobody sees more often. */
const FRAME = 8;
/** A batch so large goes out at once, in bytes. */
const BATCH = 64 * 1024;
/** With more bytes than this on their way, the source pauses … */
const HIGH_WATER = 512 * 1024;
/** … until fewer than these are left. */
const LOW_WATER = 128 * 1024;

export interface FloodGateEvents {
  deliver(batch: Uint8Array): void;
  pause(): void;
  resume(): void;
}

export class FloodGate {
  readonly #events: FloodGateEvents;
  #chunks: Uint8Array[] = [];
  #gathered = 0;
  #unseen = 0;
  #paused = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(events: FloodGateEvents) {
    this.#events = events;
  }

  /** Takes a chunk from the source. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#gathered += chunk.length;
    if (this.#gathered >= BATCH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FRAME);
    if (!this.#paused && this.#gathered + this.#unseen > HIGH_WATER) {
      this.#paused = true;
      this.#events.pause();
    }
  }

  /** Sends what was gathered. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#gathered === 0) return;
    const batch = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#gathered = 0;
    this.#unseen += batch.length;
    this.#events.deliver(batch);
  }

  /** The receiver has dealt with so many bytes. More than it was given count as all of them. */
  seen(count: number): void {
    this.#unseen = Math.max(0, this.#unseen - count);
    if (this.#paused && this.#gathered + this.#unseen < LOW_WATER) {
      this.#paused = false;
      this.#events.resume();
    }
  }
}
