// One side of a change as an image that the page can draw: loading, there, or why there is none.
import type { SideFacts } from "../../../protocol/src/content.js";
import { draw } from "../drawings/draw.js";
import { type Begin, useDrawing } from "../drawings/use-drawing.js";
import type { Refusal } from "../inside/confined.js";
import type { Source } from "./content-reader.js";
import { readPicture } from "./picture.js";
import { isDrawing } from "./view-model.js";

export type Image =
  | { state: "loading" }
  /** `size` is the size that a drawing gives itself: it is drawn in another one. */
  | { state: "ready"; url: string; size?: { width: number; height: number } }
  | Refusal;

/** Reads the whole side and holds it as a blob while it is shown: a drawing is drawn, dots the browser itself draws. */
export function useImage(source: Source, facts: SideFacts, reading: number): Image {
  const begin: Begin = isDrawing(facts) ? draw : readPicture(facts.mime ?? "image/png");
  return useDrawing(source, facts.size, reading, begin);
}
