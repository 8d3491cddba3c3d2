// The pages of one side of a change, as pictures: asked for one at a time, drawn in a worker, within limits.
import type { Source } from "../diff/content-reader.js";
import { Confined, type Refusal } from "../inside/confined.js";
import type { AskPages, GotPages } from "./messages.js";

/** A page as a picture, or why there is none. The picture is of whom it is given to, who closes it. */
export type Drawn = { page: number } & (
  { state: "drawn"; image: ImageBitmap } | { state: "undrawn"; why: string }
);

export interface PageEvents {
  opened(pages: number): void;
  drawn(drawn: Drawn): void;
  /** Nothing is being drawn now: what was wanted is there, or lies beyond the end. */
  idle(): void;
  /** No page comes any more. */
  refused(refusal: Refusal): void;
}

export class PageDrawer {
  private readonly confined: Confined<AskPages, GotPages>;
  private pages = 0;
  private wanted = 1;
  private busy = true;

  constructor(source: Source, size: number, events: PageEvents) {
    const worker = new Worker(new URL("./pages.worker.ts", import.meta.url), { type: "module" });
    this.confined = new Confined<AskPages, GotPages>(worker, source, {
      answer: (answer) => {
        this.busy = false;
        if (answer.say === "opened") {
          this.pages = answer.pages;
          events.opened(answer.pages);
          this.draw(this.wanted);
        } else if (answer.page !== this.wanted) {
          // The person has gone on to another page meanwhile.
          if (answer.say === "drawn") answer.image.close();
          this.draw(this.wanted);
        } else events.drawn(drawnOf(answer));
        if (!this.busy) events.idle();
      },
      refuse: (refusal) => events.refused(refusal),
    });
    this.confined.ask({ do: "open", size });
  }

  /** Draws a page, when the document has it. */
  draw(page: number): void {
    this.wanted = page;
    if (this.busy || page < 1 || page > this.pages) return;
    this.busy = true;
    this.confined.ask({ do: "draw", page });
  }

  stop(): void {
    this.confined.stop();
  }
}

function drawnOf(answer: Exclude<GotPages, { say: "opened" }>): Drawn {
  const { page } = answer;
  return answer.say === "drawn"
    ? { state: "drawn", page, image: answer.image }
    : { state: "undrawn", page, why: answer.why };
}
