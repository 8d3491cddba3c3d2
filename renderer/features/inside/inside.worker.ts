// Looks inside one file and ends: in a thread of its own, without network, files or page, that may be stopped at any
// time. Knows the file only by asking the page for parts of it.
import { Damaged, type Input, TooMuch } from "./input.js";
import { inspect } from "./inspect.js";
import type { ToPage, ToWorker } from "./messages.js";

const tell = (message: ToPage): void => postMessage(message);
let take: ((bytes: Uint8Array | null) => void) | undefined;

class PageInput implements Input {
  /** Parsers read in small steps; what lies together is asked for once. */
  private block = { offset: 0, bytes: new Uint8Array() as Uint8Array };

  constructor(readonly size: number) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const { block } = this;
    if (offset >= block.offset && offset + wanted <= block.offset + block.bytes.length)
      return block.bytes.subarray(offset - block.offset, offset - block.offset + wanted);
    const bytes = await ask(offset, Math.min(Math.max(wanted, STEP), this.size - offset));
    this.block = { offset, bytes };
    return bytes.subarray(0, wanted);
  }
}

const STEP = 256 * 1024;

function ask(offset: number, length: number): Promise<Uint8Array> {
  return new Promise((done) => {
    // Without an answer there is nothing to go on with: the page stops this worker.
    take = (bytes) => bytes !== null && done(bytes);
    tell({ say: "read", offset, length });
  });
}

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.do === "take") {
    take?.(data.bytes);
    return;
  }
  inspect(new PageInput(data.size), data.name).then(
    (report) => tell({ say: "report", report }),
    (thrown: unknown) => {
      const kind = thrown instanceof Damaged ? "damaged" : thrown instanceof TooMuch ? "too-much" : "bug";
      tell({ say: "failed", kind, why: thrown instanceof Error ? thrown.message : String(thrown) });
    },
  );
});
