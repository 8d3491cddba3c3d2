// What the page and the workers that read files say to each other.
import type { Report } from "./report.js";

/** A worker asks for a part of its file. */
export interface ReadPart {
  say: "read";
  offset: number;
  length: number;
}

/** The part that was asked for. */
export interface TakePart {
  do: "take";
  bytes: Uint8Array;
}

export interface Failed {
  say: "failed";
  /** `bug`: neither the file nor a limit is to blame. */
  kind: "damaged" | "too-much" | "locked" | "bug";
  /** Ends a sentence. */
  why: string;
}

export interface Inspect {
  do: "inspect";
  name: string;
  size: number;
}

export interface Inspected {
  say: "report";
  report: Report | null;
}
