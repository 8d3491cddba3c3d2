// Looks inside one side of a change, in a worker, within limits.
import type { Source } from "../diff/content-reader.js";
import { Confined, type Refusal } from "./confined.js";
import type { Inspect, Inspected } from "./messages.js";
import type { Report } from "./report.js";

export type Look = { state: "told"; report: Report } | { state: "unknown" } | Refusal;

/** Starts a look, and says how much of the file it has asked for; returns what ends it early. */
export function lookInside(
  source: Source,
  name: string,
  size: number,
  onReading: (bytes: number) => void,
  onEnd: (look: Look) => void,
): () => void {
  const worker = new Worker(new URL("./inside.worker.ts", import.meta.url), { type: "module" });
  const confined = new Confined<Inspect, Inspected>(worker, source, {
    answer: ({ report }) => {
      confined.stop();
      onEnd(report === null ? { state: "unknown" } : { state: "told", report });
    },
    reading: onReading,
    refuse: onEnd,
  });
  confined.ask({ do: "inspect", name, size });
  return () => confined.stop();
}
