// One side of a change as an SVG picture, drawn in a worker: loading, there, or why there is none.
import { useEffect, useState } from "react";
import { pathKey } from "../../../protocol/src/path.js";
import type { Source } from "../diff/content-reader.js";
import type { Image } from "../diff/use-image.js";
import { Confined } from "../inside/confined.js";
import type { AskDrawing, GotDrawing } from "./messages.js";

/** Draws the whole side, anew when `reading` counts up, and shows the old picture until then; null: nothing is to be drawn. */
export function useDrawing(source: Source | null, size: number, reading: number): Image {
  const [held, setHeld] = useState<{ of: string; image: Image } | null>(null);
  const of =
    source === null
      ? ""
      : ["commit" in source ? source.commit : source.session, pathKey(source.path), source.side].join("\n");
  useEffect(() => {
    if (source === null) return;
    let url: string | undefined;
    const worker = new Worker(new URL("./drawing.worker.ts", import.meta.url), { type: "module" });
    const confined = new Confined<AskDrawing, GotDrawing>(worker, source, {
      answer: ({ png, width, height }) => {
        confined.stop();
        url = URL.createObjectURL(new Blob([png], { type: "image/png" }));
        setHeld({ of, image: { state: "ready", url, size: { width, height } } });
      },
      refuse: (image) => setHeld({ of, image }),
    });
    confined.ask({ do: "draw", size });
    return () => {
      confined.stop();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `of` stands for the source
  }, [of, size, reading]);
  return held !== null && held.of === of ? held.image : { state: "loading" };
}
