// A picture of dots, read whole: the browser itself draws it.
import type { Begin } from "../drawings/use-drawing.js";
import { readBytes } from "./content-reader.js";

export function readPicture(mime: string): Begin {
  return (source, size, done) => {
    let isLeft = false;
    void readBytes(source, 0, size).then((outcome) => {
      if (isLeft) return;
      if (outcome.ok)
        done({ state: "ready", url: URL.createObjectURL(new Blob([outcome.value.bytes], { type: mime })) });
      else done({ state: "error", error: outcome.error });
    });
    return () => void (isLeft = true);
  };
}
