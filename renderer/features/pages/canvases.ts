// Canvases without a document, as pdf.js asks for them: none that is empty or too large.
import { Damaged, TooMuch } from "../inside/input.js";

/** A canvas may have so many bytes. */
export const CANVAS_LIMIT = 128 * 1024 * 1024;

export class Canvases {
  create(width: number, height: number): { canvas: OffscreenCanvas; context: unknown } {
    refuseSize(width, height);
    const canvas = new OffscreenCanvas(width, height);
    return { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) };
  }

  reset({ canvas }: { canvas: { width: number; height: number } }, width: number, height: number): void {
    refuseSize(width, height);
    canvas.width = width;
    canvas.height = height;
  }

  destroy(pair: { canvas: OffscreenCanvas | null; context: unknown }): void {
    if (pair.canvas !== null) pair.canvas.width = pair.canvas.height = 0;
    pair.canvas = null;
    pair.context = null;
  }
}

function refuseSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new Damaged("noPictureSize");
  if (width * height * 4 > CANVAS_LIMIT) throw new TooMuch("picture");
}
