// The results of two sessions compared, as lists to look through. Pure.
import type { Comparison } from "../../../protocol/src/commit.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { DIFFERENCES, TEXTS } from "../../../texts/run.js";

export type ComparePart = "differing" | "first" | "second";

export interface CompareRow {
  path: PathRef;
  /** How the path differs, in words. */
  what: string;
}

/** Returns the rows of a part. */
export function compareRows(comparison: Comparison, part: ComparePart): CompareRow[] {
  switch (part) {
    case "differing":
      return comparison.differing.map(({ differences, path, path_bytes }) => ({
        path: path_bytes === undefined ? { path } : { path, path_bytes },
        what: TEXTS.differs(differences.map((difference) => DIFFERENCES[difference]).join(", ")),
      }));
    case "first":
      return comparison.first.map((path) => ({ path, what: TEXTS.onlyFirst }));
    case "second":
      return comparison.second.map((path) => ({ path, what: TEXTS.onlySecond }));
  }
}
