// What the page and the worker that draws the pages of a document say to each other, besides parts of the file.
export type AskPages = { do: "open"; size: number } | { do: "draw"; page: number };

export type GotPages =
  | { say: "opened"; pages: number }
  /** Pages count from 1. */
  | { say: "drawn"; page: number; image: ImageBitmap }
  /** This page cannot be drawn, others perhaps can; `why` ends a sentence. */
  | { say: "undrawn"; page: number; why: string };
