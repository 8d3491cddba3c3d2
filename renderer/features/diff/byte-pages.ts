// The pages of a file that a hex view has in sight or had lately. Asks for each page once; knows no screen.
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";

export const PAGE_BYTES = 64 * 1024;
const KEPT_PAGES = 64;

type Read = (offset: number, length: number) => Promise<Outcome<{ bytes: Uint8Array; size: number }>>;

export class BytePages {
  error: SeeError | null = null;
  private readonly pages = new Map<number, Uint8Array | null>();
  private closed = false;

  constructor(
    private readonly read: Read,
    private readonly onNews: () => void,
  ) {}

  /** Returns the bytes of a range that does not cross pages, as far as they are there; asks for the rest. */
  get(offset: number, length: number): Uint8Array | undefined {
    const number = Math.floor(offset / PAGE_BYTES);
    const page = this.pages.get(number);
    if (page === undefined) this.ask(number);
    if (page === undefined || page === null) return undefined;
    const start = offset - number * PAGE_BYTES;
    return page.subarray(start, start + length);
  }

  close(): void {
    this.closed = true;
  }

  private ask(number: number): void {
    this.pages.set(number, null);
    // The oldest page goes first: a Map remembers the order.
    if (this.pages.size > KEPT_PAGES) {
      for (const [old, page] of this.pages) {
        if (page === null) continue;
        this.pages.delete(old);
        break;
      }
    }
    void this.read(number * PAGE_BYTES, PAGE_BYTES).then((outcome) => {
      if (this.closed) return;
      if (outcome.ok) this.pages.set(number, outcome.value.bytes);
      else this.error = outcome.error;
      this.onNews();
    });
  }
}
