// A file as a worker reads it: by asking the page for one part at a time.
import { Damaged, type Input, Locked, shortened, TooMuch } from "./input.js";
import type { Failed, ReadPart, TakePart } from "./messages.js";

/** Parsers read in small steps; what lies together is asked for once. */
const STEP = 256 * 1024;

export class PageInput implements Input {
  private block = { offset: 0, bytes: new Uint8Array() as Uint8Array };
  private give: ((bytes: Uint8Array) => void) | undefined;

  constructor(readonly size: number) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const { block } = this;
    if (offset >= block.offset && offset + wanted <= block.offset + block.bytes.length)
      return block.bytes.subarray(offset - block.offset, offset - block.offset + wanted);
    const bytes = await this.ask(offset, Math.min(Math.max(wanted, STEP), this.size - offset));
    this.block = { offset, bytes };
    return bytes.subarray(0, wanted);
  }

  /** The answer of the page. Where there is none, it stops the worker. */
  take({ bytes }: TakePart): void {
    this.give?.(bytes);
  }

  private ask(offset: number, length: number): Promise<Uint8Array> {
    return new Promise((done) => {
      this.give = done;
      postMessage({ say: "read", offset, length } satisfies ReadPart);
    });
  }
}

/** Returns what a failure of a parser tells the page. */
export function failureOf(thrown: unknown): Failed {
  const why = shortened(thrown instanceof Error ? thrown.message : String(thrown));
  if (thrown instanceof Damaged) return { say: "failed", kind: "damaged", why };
  if (thrown instanceof TooMuch) return { say: "failed", kind: "too-much", why };
  return { say: "failed", kind: thrown instanceof Locked ? "locked" : "bug", why };
}
