// The rows of what a machine can enforce as a person reads them: what is missing first, equal ones together. Pure.
import type { DoctorRow } from "../../../protocol/src/doctor.js";
import { FEATURES, TEXTS } from "../../../texts/doctor.js";

/** What is missing: one thing, or the same of several. */
export interface Gap {
  title: string;
  status: "partial" | "none";
  why: string | undefined;
  mend: string | undefined;
  /** Where, when it is one of many. */
  places: readonly string[];
}

export interface Findings {
  gaps: readonly Gap[];
  /** Names of what holds in full, and of hardware that the machine has not. */
  holds: readonly string[];
}

export function findingsOf(rows: readonly DoctorRow[]): Findings {
  const gaps = new Map<string, { first: DoctorRow; features: string[] }>();
  const holds: string[] = [];
  for (const row of rows) {
    // A machine without a camera lacks nothing.
    if (row.status === "full" || row.topic === "device") {
      holds.push(row.status === "full" ? nameOf(row) : `${nameOf(row)} (${row.why ?? ""})`);
      continue;
    }
    const key = row.topic === undefined ? row.feature : JSON.stringify([row.topic, row.why, row.mend]);
    const known = gaps.get(key);
    if (known === undefined) gaps.set(key, { first: row, features: [row.feature] });
    else known.features.push(row.feature);
  }
  const worst = (gap: Gap): number => (gap.status === "none" ? 0 : 1);
  return { gaps: [...gaps.values()].map(gapOf).toSorted((a, b) => worst(a) - worst(b)), holds };
}

function gapOf({ first, features }: { first: DoctorRow; features: string[] }): Gap {
  const { topic, why, mend } = first;
  const status = first.status === "none" ? "none" : "partial";
  const places = topic === undefined ? [] : features;
  if (topic === "disk")
    return { title: TEXTS.copies(features.length), status, why: TEXTS.copiesWhy, mend, places };
  const title = topic === "place" ? TEXTS.places(features.length) : nameOf(first);
  return { title, status, why, mend, places };
}

function nameOf({ feature }: DoctorRow): string {
  return FEATURES[feature] ?? feature;
}
