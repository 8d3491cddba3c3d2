// Reads one range of one side of a change, as often as the change has news: one reading at a time, and what came while it went on
// is one more. On a disk that hangs, nothing piles up behind it. Knows no screen.
import type { Outcome } from "../../../protocol/src/bridge.js";
import { Paced } from "./paced.js";

export class ContentLine<T> {
  private isOver = false;
  private readonly paced: Paced<null>;

  /** `read` is told whether anybody still waits for it; what it found is told as long as somebody does. */
  constructor(read: (isWanted: () => boolean) => Promise<Outcome<T>>, told: (outcome: Outcome<T>) => void) {
    this.paced = new Paced<null>(() => {
      void read(() => !this.isOver).then((outcome) => {
        if (!this.isOver) told(outcome);
        this.paced.ended();
      });
    }, 0);
  }

  /** The change has news, or is looked at for the first time. */
  want(): void {
    this.paced.want(null);
  }

  /** Nobody waits any more. */
  close(): void {
    this.isOver = true;
    this.paced.close();
  }
}
