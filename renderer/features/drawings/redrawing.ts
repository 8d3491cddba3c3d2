// Draws one file anew as often as it changes, at its pace. Holds the addresses of pictures, each until the next one is shown.
// Knows no worker and no screen.
import { Paced } from "../diff/paced.js";

type Drawn = { state: "ready"; url: string } | { state: string };

export class Redrawing<Image extends Drawn, Wish> {
  private drawing: (() => void) | undefined;
  private url: string | undefined;
  private readonly paced: Paced<Wish>;

  /** `draw` begins a drawing, tells how it came out, once, and returns what stops it. */
  constructor(draw: (wish: Wish, done: (image: Image) => void) => () => void, show: (image: Image) => void) {
    this.paced = new Paced((wish) => {
      this.drawing = draw(wish, (image) => {
        this.drawing = undefined;
        this.paced.ended();
        show(image);
        this.hold("url" in image ? image.url : undefined);
      });
    });
  }

  /** The file has changed, or is looked at for the first time. The last wish counts. */
  want(wish: Wish): void {
    this.paced.want(wish);
  }

  close(): void {
    this.paced.close();
    this.drawing?.();
    this.hold(undefined);
  }

  /** Holds the address of what is shown now; that of what was shown before is given up. */
  private hold(url: string | undefined): void {
    if (this.url !== undefined) URL.revokeObjectURL(this.url);
    this.url = url;
  }
}
