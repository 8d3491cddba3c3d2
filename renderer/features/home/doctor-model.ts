// The rows of what a machine can enforce as a person reads them: what is missing first, equal ones together. Pure.
import type { DoctorRow } from "../../../protocol/src/doctor.js";
import { FEATURES, GAPS, TEXTS, type Told } from "../../../texts/doctor.js";
import { limitNext, limitWhy } from "../../../texts/causes.js";
import { errorSentence, errorText } from "../../../texts/errors.js";

/** What is missing: one thing, or the same of several. */
export interface Missing {
  title: string;
  status: "partial" | "none";
  why: string;
  /** What to do about it, and what to type for that; empty where there is nothing. */
  next: string;
  type: string;
  /** Where, when it is one of many. */
  places: readonly string[];
}

export interface Findings {
  gaps: readonly Missing[];
  /** Names of what holds in full, and of hardware that the machine has not. */
  holds: readonly string[];
}

export function findingsOf(rows: readonly DoctorRow[]): Findings {
  const gaps = new Map<string, { first: DoctorRow; all: DoctorRow[] }>();
  const holds: string[] = [];
  for (const row of rows) {
    // A machine without a camera lacks nothing.
    if (row.status === "full" || row.topic === "device") {
      holds.push(row.status === "full" ? nameOf(row) : `${nameOf(row)} (${wordsOf(row).why})`);
      continue;
    }
    const key = row.topic === undefined ? row.feature : JSON.stringify([row.topic, row.why, row.mend]);
    const known = gaps.get(key);
    if (known === undefined) gaps.set(key, { first: row, all: [row] });
    else known.all.push(row);
  }
  const worst = (gap: Missing): number => (gap.status === "none" ? 0 : 1);
  return { gaps: [...gaps.values()].map(gapOf).toSorted((a, b) => worst(a) - worst(b)), holds };
}

function gapOf({ first, all }: { first: DoctorRow; all: DoctorRow[] }): Missing {
  const { topic } = first;
  const status = first.status === "none" ? "none" : "partial";
  const places = topic === undefined ? [] : all.map(placeOf);
  const titles = { disk: TEXTS.copies(all.length), place: TEXTS.places(all.length), device: nameOf(first) };
  const title = topic === undefined ? nameOf(first) : titles[topic];
  return { title, status, ...wordsOf(first), places };
}

/** Why it does not hold, and what to do: in the app's words, or in those of a helper that has others. */
function wordsOf({
  gap,
  error,
  limit,
  facts = {},
  why = "",
  mend = "",
}: DoctorRow): Pick<Missing, "why" | "next" | "type"> {
  if (gap === undefined) return { why: asSentence(why), next: mend, type: "" };
  if (gap === "failed") {
    return error === undefined
      ? { why: asSentence(why), next: mend, type: "" }
      : // The error's own next step may well be to look here.
        { why: errorSentence(error), next: mend === "" ? errorText(error).next : mend, type: "" };
  }
  if (limit !== undefined)
    return { why: limitWhy({ path: "", why, cause: limit }), next: limitNext(limit), type: "" };
  const words = GAPS[gap];
  const tell = (told: Told = ""): string => (typeof told === "string" ? told : told(facts));
  const own = tell(words.why);
  return { why: own === "" ? asSentence(why) : own, next: tell(words.next), type: tell(words.type) };
}

/** The helper's reasons are parts of its own sentences. */
function asSentence(text: string): string {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return whole === "" || /[.:?!]$/.test(whole) ? whole : `${whole}.`;
}

function placeOf(row: DoctorRow): string {
  const place = row.facts?.["place"];
  return typeof place === "string" ? place : nameOf(row);
}

function nameOf({ id, feature, facts = {} }: DoctorRow): string {
  if (id === undefined) return feature;
  const name = FEATURES[id];
  return typeof name === "string" ? name : name(facts);
}
