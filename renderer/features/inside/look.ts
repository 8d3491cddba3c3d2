// Looks inside one side of a change, in a worker: gives it the parts that it asks for, and stops it when it takes too
// long or too much, whatever it is doing.
import type { SeeError } from "../../../protocol/src/errors.js";
import { pageError } from "../../ui/error-words.js";
import { readBytes, type Source } from "../diff/content-reader.js";
import type { ToPage, ToWorker } from "./messages.js";
import type { Report } from "./report.js";
import { TEXTS } from "./texts.js";

/** A look takes no longer, and reads no more. */
const TIME_LIMIT_MS = 20_000;
const READ_LIMIT = 512 * 1024 * 1024;

export type Look =
  | { state: "told"; report: Report }
  | { state: "unknown" }
  /** The file is to blame: `why` ends a sentence. */
  | { state: "refused"; title: string; why: string }
  | { state: "error"; error: SeeError };

/** Starts a look; returns what ends it early. */
export function lookInside(
  source: Source,
  name: string,
  size: number,
  onEnd: (look: Look) => void,
): () => void {
  const worker = new Worker(new URL("./inside.worker.ts", import.meta.url), { type: "module" });
  let read = 0;
  const stop = (): void => {
    clearTimeout(timer);
    worker.terminate();
  };
  const end = (look: Look): void => {
    stop();
    onEnd(look);
  };
  const timer = setTimeout(
    () => end({ state: "refused", title: TEXTS.tooLong, why: TEXTS.tooLongWhy }),
    TIME_LIMIT_MS,
  );
  const send = (message: ToWorker): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to aim at
    worker.postMessage(message);
  };

  const serve = async (offset: number, length: number): Promise<void> => {
    read += length;
    if (read > READ_LIMIT) {
      end({ state: "refused", title: TEXTS.tooMuch, why: TEXTS.tooMuchWhy });
      return;
    }
    const outcome = await readBytes(source, offset, length);
    if (outcome.ok) send({ do: "take", bytes: outcome.value.bytes });
    else end({ state: "error", error: outcome.error });
  };
  worker.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
    switch (data.say) {
      case "read":
        void serve(data.offset, data.length);
        return;
      case "report":
        end(data.report === null ? { state: "unknown" } : { state: "told", report: data.report });
        return;
      case "failed":
        end(
          data.kind === "bug"
            ? { state: "error", error: pageError(TEXTS.bug, data.why) }
            : {
                state: "refused",
                title: data.kind === "damaged" ? TEXTS.damaged : TEXTS.tooMuch,
                why: data.why,
              },
        );
    }
  });
  worker.addEventListener("error", (event) => {
    end({ state: "error", error: pageError(TEXTS.bug, event.message) });
  });
  send({ do: "inspect", name, size });
  return stop;
}
