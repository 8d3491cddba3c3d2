// One side of a change as an image that the page can draw: loading, there, or why there is none.
import { useEffect, useState } from "react";
import type { SideFacts } from "../../../protocol/src/content.js";
import { useDrawing } from "../drawings/use-drawing.js";
import type { Refusal } from "../inside/confined.js";
import type { Source } from "./content-reader.js";
import { useContent } from "./use-content.js";
import { isDrawing } from "./view-model.js";

export type Image =
  | { state: "loading" }
  /** `size` is the size that a drawing gives itself: it is drawn in another one. */
  | { state: "ready"; url: string; size?: { width: number; height: number } }
  | Refusal;

/** Reads the whole side and holds it as a blob while it is shown. */
export function useImage(source: Source, facts: SideFacts, reading: number): Image {
  const drawn = isDrawing(facts);
  const drawing = useDrawing(drawn ? source : null, facts.size, reading);
  const picture = usePicture(drawn ? null : source, facts, reading);
  return drawn ? drawing : picture;
}

/** The same of dots, which the browser itself draws. */
function usePicture(source: Source | null, facts: SideFacts, reading: number): Image {
  const content = useContent(source, 0, facts.size, reading);
  const bytes = content.state === "ready" ? content.content?.bytes : undefined;
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (bytes === undefined) return;
    const made = URL.createObjectURL(new Blob([bytes], { type: facts.mime ?? "image/png" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, facts.mime]);
  if (content.state === "error") return content;
  return url === null ? { state: "loading" } : { state: "ready", url };
}
