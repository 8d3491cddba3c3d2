// One side of a change as an SVG picture, drawn in a worker: loading, there, or why there is none.
import { useEffect, useRef, useState } from "react";
import { pathKey } from "../../../protocol/src/path.js";
import type { Source } from "../diff/content-reader.js";
import type { Image } from "../diff/use-image.js";
import { Confined } from "../inside/confined.js";
import type { AskDrawing, GotDrawing } from "./messages.js";
import { Redrawing } from "./redrawing.js";

/** Draws the whole side, anew when `reading` counts up, and shows the old picture until then; null: nothing is to be drawn. */
export function useDrawing(source: Source | null, size: number, reading: number): Image {
  const [held, setHeld] = useState<{ of: string; image: Image } | null>(null);
  const redrawing = useRef<Redrawing<Image, number> | null>(null);
  const of =
    source === null
      ? ""
      : ["commit" in source ? source.commit : source.session, pathKey(source.path), source.side].join("\n");
  useEffect(() => {
    if (source === null) return;
    const made = new Redrawing<Image, number>(
      (bytes, done) => draw(source, bytes, done),
      (image) => setHeld({ of, image }),
    );
    redrawing.current = made;
    return () => {
      redrawing.current = null;
      made.close();
      setHeld(null);
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `of` stands for the source
  }, [of]);
  useEffect(() => redrawing.current?.want(size), [of, size, reading]);
  return held !== null && held.of === of ? held.image : { state: "loading" };
}

/** Draws a file of this size once. Returns what stops it. */
function draw(source: Source, size: number, done: (image: Image) => void): () => void {
  const worker = new Worker(new URL("./drawing.worker.ts", import.meta.url), { type: "module" });
  const confined = new Confined<AskDrawing, GotDrawing>(worker, source, {
    answer: ({ png, width, height }) => {
      confined.stop();
      const url = URL.createObjectURL(new Blob([png], { type: "image/png" }));
      done({ state: "ready", url, size: { width, height } });
    },
    refuse: done,
  });
  confined.ask({ do: "draw", size });
  return () => confined.stop();
}
