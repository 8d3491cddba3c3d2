// One side of a change as a picture, however it is made: loading, there, or why there is none.
import { useEffect, useRef, useState } from "react";
import { pathKey } from "../../../protocol/src/path.js";
import type { Source } from "../diff/content-reader.js";
import type { Image } from "../diff/use-image.js";
import { Redrawing } from "./redrawing.js";

/** Begins to make a picture of a file of this size, tells how it came out, once, and returns what stops it. */
export type Begin = (source: Source, size: number, done: (image: Image) => void) => () => void;

/** Makes the picture of the whole side, anew when `reading` counts up, and shows the old one until then. */
export function useDrawing(source: Source, size: number, reading: number, begin: Begin): Image {
  const [held, setHeld] = useState<{ of: string; image: Image } | null>(null);
  const redrawing = useRef<Redrawing<Image, { size: number; begin: Begin }> | null>(null);
  const of = ["commit" in source ? source.commit : source.session, pathKey(source.path), source.side].join(
    "\n",
  );
  useEffect(() => {
    const made = new Redrawing<Image, { size: number; begin: Begin }>(
      (wish, done) => wish.begin(source, wish.size, done),
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
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- `begin` is another one only with another content
  useEffect(() => redrawing.current?.want({ size, begin }), [of, size, reading]);
  return held !== null && held.of === of ? held.image : { state: "loading" };
}
