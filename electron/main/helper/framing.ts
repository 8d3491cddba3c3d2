// Cuts a byte stream into lines with a length cap. Knows nothing of what the lines say.

/** The longest line that either side sends: the largest content slice in base64, with room for its envelope. */
export const LINE_LIMIT = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Collects chunks and hands out whole lines, without their newline. */
export class LineReader {
  readonly #limit: number;
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: () => void;
  #parts: Buffer[] = [];
  #size = 0;
  #broken = false;

  /** After `onTooLong` nothing more is read: where the next line begins cannot be trusted. */
  constructor(limit: number, onLine: (line: string) => void, onTooLong: () => void) {
    this.#limit = limit;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  push(chunk: Buffer): void {
    let start = 0;
    while (!this.#broken) {
      const end = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, end === -1 ? chunk.length : end);
      if (this.#size + part.length > this.#limit) {
        this.#broken = true;
        this.#parts = [];
        this.#onTooLong();
        return;
      }
      if (part.length > 0) this.#parts.push(part);
      this.#size += part.length;
      if (end === -1) return;
      const line = this.#take();
      start = end + 1;
      this.#onLine(line);
    }
  }

  #take(): string {
    const [first] = this.#parts;
    const whole = this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return whole.toString("utf8");
  }
}
