// Draws one SVG picture once, in a worker, within limits.
import { Confined } from "../inside/confined.js";
import type { AskDrawing, GotDrawing } from "./messages.js";
import type { Begin } from "./use-drawing.js";

export const draw: Begin = (source, size, done) => {
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
};
