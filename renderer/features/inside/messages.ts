// What the page and the worker that looks inside files say to each other.
import type { Report } from "./report.js";

export type ToWorker =
  | { do: "inspect"; name: string; size: number }
  /** The part that was asked for; null: it cannot be had, and the page knows why. */
  | { do: "take"; bytes: Uint8Array | null };

export type ToPage =
  | { say: "read"; offset: number; length: number }
  | { say: "report"; report: Report | null }
  /** `bug`: neither the file nor a limit is to blame. */
  | { say: "failed"; kind: "damaged" | "too-much" | "bug"; why: string };
