// Draws one file anew as often as it changes: what is being drawn is let end, and there is a rest before the next. Holds the
// addresses of pictures, each until the next one is shown. Knows no worker and no screen.

/** A file is drawn no more often than once in this time: each drawing takes a new worker with a program of megabytes. */
export const REST_MS = 1000;

type Drawn = { state: "ready"; url: string } | { state: string };

export class Redrawing<Image extends Drawn, Wish> {
  private drawing: (() => void) | undefined;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private wished: { wish: Wish } | undefined;
  private url: string | undefined;

  /** `draw` begins a drawing, tells how it came out, once, and returns what stops it. */
  constructor(
    private readonly draw: (wish: Wish, done: (image: Image) => void) => () => void,
    private readonly show: (image: Image) => void,
  ) {}

  /** The file has changed, or is looked at for the first time. The last wish counts. */
  want(wish: Wish): void {
    this.wished = { wish };
    this.next();
  }

  close(): void {
    clearTimeout(this.rest);
    this.drawing?.();
    this.hold(undefined);
  }

  private next(): void {
    if (this.wished === undefined || this.drawing !== undefined || this.rest !== undefined) return;
    const { wish } = this.wished;
    this.wished = undefined;
    this.drawing = this.draw(wish, (image) => {
      this.drawing = undefined;
      this.rest = setTimeout(() => {
        this.rest = undefined;
        this.next();
      }, REST_MS);
      this.show(image);
      this.hold("url" in image ? image.url : undefined);
    });
  }

  /** Holds the address of what is shown now; that of what was shown before is given up. */
  private hold(url: string | undefined): void {
    if (this.url !== undefined) URL.revokeObjectURL(this.url);
    this.url = url;
  }
}
