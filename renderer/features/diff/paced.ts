// Works on one file anew as often as it changes: what has begun is let end, and there is a rest before the next. Knows no
// file, no worker and no screen.

/** A file is worked on no more often than once in this time: each time may take a new worker with a program of megabytes. */
export const REST_MS = 1000;

export class Paced<Wish> {
  private busy = false;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private wished: { wish: Wish } | undefined;

  constructor(
    private readonly begin: (wish: Wish) => void,
    private readonly restMs = REST_MS,
  ) {}

  /** The file has changed, or is looked at for the first time. The last wish counts. */
  want(wish: Wish): void {
    this.wished = { wish };
    this.next();
  }

  /** What was begun has come to an end. */
  ended(): void {
    if (!this.busy) return;
    this.busy = false;
    this.rest = setTimeout(() => {
      this.rest = undefined;
      this.next();
    }, this.restMs);
  }

  close(): void {
    clearTimeout(this.rest);
    this.wished = undefined;
  }

  private next(): void {
    if (this.wished === undefined || this.busy || this.rest !== undefined) return;
    const { wish } = this.wished;
    this.wished = undefined;
    this.busy = true;
    this.begin(wish);
  }
}
