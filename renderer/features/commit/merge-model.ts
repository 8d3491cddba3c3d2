// A merge in the making: which side is taken where, and the text that comes of it. Pure.
import type { MergeHunk, MergePreview } from "../../../protocol/src/commit.js";

/** What is taken where both sides changed the same lines. */
export type Take = "host" | "session" | "both" | "base";

export interface Draft {
  preview: MergePreview;
  /** By the place of the hunk. */
  takes: ReadonlyMap<number, Take>;
  /** The text, once a person has edited it. */
  text: string | null;
}

export function newDraft(preview: MergePreview): Draft {
  return { preview, takes: new Map(), text: null };
}

/** Returns the draft with one decision more. */
export function withTake(draft: Draft, place: number, take: Take): Draft {
  return { ...draft, takes: new Map(draft.takes).set(place, take), text: null };
}

/** Returns the places where a person has to decide, and how many are open. */
export function contested(draft: Draft): { all: number[]; open: number } {
  const all = draft.preview.hunks.flatMap((hunk, place) => (hunk.what === "conflict" ? [place] : []));
  return { all, open: all.filter((place) => !draft.takes.has(place)).length };
}

/** Returns the merged text; null while something is open. */
export function mergedText(draft: Draft): string | null {
  if (draft.text !== null) return draft.text;
  const parts = draft.preview.hunks.map((hunk, place) => textOf(hunk, draft.takes.get(place)));
  return parts.includes(null) ? null : parts.join("");
}

/** Returns the text to begin an edit with: what is open is there in both versions, one after the other. */
export function editableText(draft: Draft): string {
  return (
    draft.text ??
    draft.preview.hunks.map((hunk, place) => textOf(hunk, draft.takes.get(place) ?? "both")).join("")
  );
}

/** Returns the text of a hunk; null when it is contested and nothing is taken. */
export function textOf(hunk: MergeHunk, take: Take | undefined): string | null {
  switch (hunk.what) {
    case "same":
    case "both":
      return hunk.text;
    case "host":
      return hunk.host;
    case "session":
      return hunk.session;
    case "conflict":
      switch (take) {
        case undefined:
          return null;
        case "host":
        case "session":
        case "base":
          return hunk[take];
        case "both":
          return endLine(hunk.host, hunk.session) + hunk.session;
      }
  }
}

/** Returns the text with its last line ended, when something follows. */
function endLine(text: string, next: string): string {
  return text === "" || text.endsWith("\n") || next === "" ? text : `${text}\n`;
}
