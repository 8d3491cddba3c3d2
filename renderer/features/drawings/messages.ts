// What the page and the worker that draws an SVG picture say to each other, besides parts of the file.

/** A larger picture, in bytes, is not drawn; its text can be read. */
export const DRAWING_LIMIT = 16 * 1024 * 1024;

export interface AskDrawing {
  do: "draw";
  size: number;
}

export interface GotDrawing {
  say: "drawn";
  png: Uint8Array<ArrayBuffer>;
  /** The size that the picture gives itself, which need not be that of the PNG. */
  width: number;
  height: number;
}
