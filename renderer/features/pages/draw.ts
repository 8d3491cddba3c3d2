// The pages of one side of a change, as pictures: asked for one at a time, drawn in a worker, within limits.
import type { Source } from "../diff/content-reader.js";
import { Confined, type Refusal } from "../inside/confined.js";
import type { AskPages, GotPages } from "./messages.js";

export interface Drawn {
  state: "drawn";
  image: ImageBitmap;
  page: number;
}

export interface PageEvents {
  opened(pages: number): void;
  drawn(drawn: Drawn): void;
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
        } else if (answer.page === this.wanted)
          events.drawn({ state: "drawn", page: answer.page, image: answer.image });
        // The person has gone on to another page meanwhile.
        else this.draw(this.wanted);
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
