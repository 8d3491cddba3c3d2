// A merge in the making: which side is taken where, the text that comes of it, what a person writes instead. Pure.
import type { MergeHunk, MergePreview } from "../../../protocol/src/commit.js";
import type { Answer } from "./commit-model.js";
import { editableToText, textToEditable, type Editable } from "../edit/edit-model.js";

/** What is taken where both sides changed the same lines. */
export type Take = "host" | "session" | "both" | "base";

export interface Draft {
  preview: MergePreview;
  /** By the place of the hunk. */
  takes: ReadonlyMap<number, Take>;
  /** The text, once a person has edited it. */
  text: string | null;
  /** What is in the text box, as long as one is open: not the text before the person says so. */
  box: { form: Editable; typed: string } | null;
  /** A text that the person made and that counts no more; it can be had back. */
  earlier: string | null;
  /** Whether it counts no more because one of the files has changed since. */
  moved: boolean;
}

export function newDraft(preview: MergePreview): Draft {
  return { preview, takes: new Map(), text: null, box: null, earlier: null, moved: false };
}

/** Returns a draft after another look at both files: as it is where they are the same still, else what it was, to be had back. */
export function draftAgain(draft: Draft, preview: MergePreview): Draft {
  if (JSON.stringify(draft.preview) === JSON.stringify(preview)) return draft;
  const made = boxText(draft) ?? (draft.takes.size > 0 ? mergedText(draft) : draft.text);
  return { ...newDraft(preview), earlier: made ?? draft.earlier, moved: true };
}

/** Tells whether a person has done something that would be lost with the draft. */
export function isWorked({ takes, text, box, earlier }: Draft): boolean {
  return takes.size > 0 || [text, box, earlier].some((made) => made !== null);
}

/** Returns the draft with one decision more. */
export function withTake(draft: Draft, place: number, take: Take): Draft {
  const takes = new Map(draft.takes).set(place, take);
  return { ...draft, takes, text: null, earlier: draft.text ?? draft.earlier, moved: false };
}

/** Returns the draft with a text to edit; null when a text box would change more than what is typed. */
export function withBox(draft: Draft, text = editableText(draft)): Draft | null {
  const form = textToEditable(text);
  return form === null ? null : { ...draft, box: { form, typed: form.text } };
}

/** Returns the draft with what was typed so far. */
export function withTyped(draft: Draft, typed: string): Draft {
  return draft.box === null ? draft : { ...draft, box: { ...draft.box, typed } };
}

/** Returns the draft with what was typed as its text. */
export function withText(draft: Draft): Draft {
  return { ...draft, text: boxText(draft) ?? draft.text, moved: false };
}

/** Returns the draft back at its pieces; what was typed can be had back. */
export function withoutBox(draft: Draft): Draft {
  const pieces = { ...draft, text: null, box: null };
  const typed = boxText(draft);
  return typed === editableText(pieces) ? pieces : { ...pieces, earlier: typed ?? draft.earlier };
}

/** Returns what is in the text box as the file would have it; null when none is open. */
export function boxText({ box }: Draft): string | null {
  return box === null ? null : editableToText(box.form, box.typed);
}

/** Returns the places where a person has to decide, and how many are open. */
export function contested(draft: Draft): { all: number[]; open: number } {
  const all = draft.preview.hunks.flatMap((hunk, place) => (hunk.what === "conflict" ? [place] : []));
  return { all, open: all.filter((place) => !draft.takes.has(place)).length };
}

/** Returns the merged text; null while something is open. */
export function mergedText(draft: Draft): string | null {
  if (draft.text !== null) return draft.text;
  const parts = partsOf(draft);
  return parts.includes(null) ? null : parts.join("");
}

/** Returns the merge as an answer; null while something is open, or typed and not yet used. */
export function answerOf(draft: Draft): Answer | null {
  const content = mergedText(draft);
  const typed = boxText(draft);
  if (content === null || (typed !== null && typed !== content)) return null;
  const { how, stamp } = draft.preview;
  const isByHand = how === "by-hand" || draft.text !== null;
  return isByHand ? { choice: "merge", merged: { stamp, content } } : { choice: "merge" };
}

/** Returns the text to begin an edit with: what is open is there in both versions, one after the other. */
export function editableText(draft: Draft): string {
  return draft.text ?? partsOf(draft, "both").join("");
}

function partsOf({ preview: { hunks }, takes }: Draft, otherwise?: Take): (string | null)[] {
  const end = lineEnd(hunks);
  return hunks.map((hunk, place) => textOf(hunk, takes.get(place) ?? otherwise, end));
}

/** Returns the text of a hunk; null when it is contested and nothing is taken. */
function textOf(hunk: MergeHunk, take: Take | undefined, end: string): string | null {
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
          return endLine(hunk.host, hunk.session, end) + hunk.session;
      }
  }
}

/** Returns the text with its last line ended, when something follows. */
function endLine(text: string, next: string, end: string): string {
  return text === "" || text.endsWith("\n") || next === "" ? text : `${text}${end}`;
}

/** Returns what ends the lines of a merge: what ends the first one. */
function lineEnd(hunks: readonly MergeHunk[]): string {
  for (const hunk of hunks) {
    const line = /\r?\n/.exec(textOf(hunk, "host", "") ?? "");
    if (line !== null) return line[0];
  }
  return "\n";
}
