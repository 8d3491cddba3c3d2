// A picture of dots, read whole: the browser itself draws it, as long as it has not too many of them.
import { TEXTS } from "../../../texts/diff.js";
import type { Begin } from "../drawings/use-drawing.js";
import { readBytes } from "./content-reader.js";
import { DOTS_LIMIT, dotsOf } from "./dots.js";
import type { Image } from "./use-image.js";

export function readPicture(mime: string): Begin {
  return (source, size, done) => {
    let isLeft = false;
    void readBytes(source, 0, size).then((outcome) => {
      if (isLeft) return;
      done(outcome.ok ? pictureOf(outcome.value.bytes, mime) : { state: "error", error: outcome.error });
    });
    return () => void (isLeft = true);
  };
}

function pictureOf(bytes: Uint8Array<ArrayBuffer>, mime: string): Image {
  const dots = dotsOf(bytes);
  if (dots === undefined) return refused(TEXTS.imageBrokenWhy);
  if (dots.width * dots.height > DOTS_LIMIT)
    return refused(TEXTS.imageManyDots(TEXTS.dots(dots.width, dots.height), DOTS_LIMIT));
  return { state: "ready", url: URL.createObjectURL(new Blob([bytes], { type: mime })) };
}

function refused(why: string): Image {
  return { state: "refused", title: TEXTS.imageBroken, why };
}
