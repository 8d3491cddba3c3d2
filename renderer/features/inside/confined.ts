// A worker that reads one side of a change: gives it the parts that it asks for, and stops it when it takes too long or
// too much, whatever it is doing. Knows nothing of formats.
import type { SeeError } from "../../../protocol/src/errors.js";
import { pageError } from "../../ui/page-error.js";
import { readBytes, type Source } from "../diff/content-reader.js";
import { READ_LIMIT, shortened } from "./input.js";
import type { Failed, ReadPart, TakePart } from "./messages.js";
import { TEXTS } from "../../../texts/inside.js";

/** An answer takes no longer, and reads no more in all. */
const TIME_LIMIT_MS = 20_000;
const ANSWER_LIMIT = 512 * 1024 * 1024;

/** Why there is nothing to see. */
export type Refusal =
  /** The file is to blame; `why` is a sentence, and may quote the file. */
  { state: "refused"; title: string; why: string } | { state: "error"; error: SeeError };

export interface Events<Answer> {
  /** So many bytes of the file were asked for since the last question. */
  reading?(bytes: number): void;
  answer(answer: Answer): void;
  /** Nothing more comes: the worker was stopped. */
  refuse(refusal: Refusal): void;
}

export class Confined<Question, Answer extends { say: string }> {
  private read = 0;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly worker: Worker,
    private readonly source: Source,
    private readonly events: Events<Answer>,
  ) {
    worker.addEventListener("message", ({ data }: MessageEvent<Answer | ReadPart | Failed>) =>
      this.hear(data),
    );
    worker.addEventListener("error", (event) =>
      this.refuse({ state: "error", error: pageError(TEXTS.bug, shortened(event.message)) }),
    );
  }

  /** Asks for something: the limits begin anew. */
  ask(question: Question): void {
    if (this.stopped) return;
    this.read = 0;
    clearTimeout(this.timer);
    const late = { state: "refused", title: TEXTS.tooLong, why: TEXTS.tooLongWhy } as const;
    this.timer = setTimeout(() => this.refuse(late), TIME_LIMIT_MS);
    this.send(question);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.worker.terminate();
  }

  private send(message: Question | TakePart): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to aim at
    this.worker.postMessage(message);
  }

  private refuse(refusal: Refusal): void {
    if (this.stopped) return;
    this.stop();
    this.events.refuse(refusal);
  }

  private hear(data: Answer | ReadPart | Failed): void {
    if (this.stopped) return;
    if (isRead(data)) void this.serve(data);
    else if (isFailed(data)) this.refuse(refusalOf(data));
    else {
      clearTimeout(this.timer);
      this.events.answer(data);
    }
  }

  private async serve({ offset, length }: ReadPart): Promise<void> {
    this.read += length;
    // The page holds what one read gives: it is never much.
    if (!(length >= 0 && length <= READ_LIMIT && this.read <= ANSWER_LIMIT)) {
      this.refuse({ state: "refused", title: TEXTS.tooMuch, why: TEXTS.tooMuchWhy });
      return;
    }
    this.events.reading?.(this.read);
    const outcome = await readBytes(this.source, offset, length);
    if (this.stopped) return;
    if (outcome.ok) this.send({ do: "take", bytes: outcome.value.bytes });
    else this.refuse({ state: "error", error: outcome.error });
  }
}

function isRead(data: { say: string }): data is ReadPart {
  return data.say === "read";
}

function isFailed(data: { say: string }): data is Failed {
  return data.say === "failed";
}

function refusalOf({ kind, why }: Failed): Refusal {
  switch (kind) {
    case "damaged":
      return { state: "refused", title: TEXTS.damaged, why: TEXTS.damagedWhy(why) };
    case "too-much":
      return { state: "refused", title: TEXTS.tooMuch, why: TEXTS.because(why) };
    case "locked":
      return { state: "refused", title: TEXTS.locked, why: TEXTS.lockedWhy };
    case "bug":
      return { state: "error", error: pageError(TEXTS.bug, why) };
  }
}
