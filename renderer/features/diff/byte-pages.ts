// The pages of a file that a hex view has in sight or had lately. Asks for each page once in a reading, and keeps what it had
// until the answer is there; knows no screen.
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";

export const PAGE_BYTES = 64 * 1024;
const KEPT_PAGES = 64;

type Read = (offset: number, length: number) => Promise<Outcome<{ bytes: Uint8Array; size: number }>>;

interface Page {
  bytes: Uint8Array | undefined;
  /** The reading in which it was asked for last. */
  reading: number;
  isOpen: boolean;
}

export class BytePages {
  error: SeeError | null = null;
  private readonly pages = new Map<number, Page>();
  private reading = 0;
  private closed = false;

  constructor(
    private readonly read: Read,
    private readonly onNews: () => void,
  ) {}

  /** Returns the bytes of a range that does not cross pages, as far as they are there; asks for the rest. */
  get(offset: number, length: number): Uint8Array | undefined {
    const number = Math.floor(offset / PAGE_BYTES);
    const page = this.pages.get(number);
    // What is asked for already is let come, late as it may be: of a file that keeps changing nothing would ever come else.
    if (page === undefined || (page.reading !== this.reading && !page.isOpen)) this.ask(number, page?.bytes);
    const start = offset - number * PAGE_BYTES;
    return page?.bytes?.subarray(start, start + length);
  }

  /** The file may have changed, when this is another reading than before. */
  renew(reading: number): void {
    if (reading === this.reading) return;
    this.reading = reading;
    this.error = null;
  }

  close(): void {
    this.closed = true;
  }

  private ask(number: number, old: Uint8Array | undefined): void {
    const page: Page = { bytes: old, reading: this.reading, isOpen: true };
    // The oldest page goes first: a Map remembers the order.
    this.pages.delete(number);
    this.pages.set(number, page);
    if (this.pages.size > KEPT_PAGES) {
      for (const [oldest, { isOpen }] of this.pages) {
        if (isOpen) continue;
        this.pages.delete(oldest);
        break;
      }
    }
    void this.read(number * PAGE_BYTES, PAGE_BYTES).then((outcome) => {
      if (this.closed) return;
      page.isOpen = false;
      if (outcome.ok) page.bytes = outcome.value.bytes;
      else if (page.reading === this.reading) this.error = outcome.error;
      this.onNews();
    });
  }
}
