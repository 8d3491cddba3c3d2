// What a conflict means to a person: what happened when, what each choice does, and which conflicts are alike. Pure.
import type { ChangeKind } from "../../../protocol/src/change.js";
import type { AnySide, SideFacts, UndoSide } from "../../../protocol/src/content.js";
import type { Conflict, Resolution } from "../../../protocol/src/errors.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { formatBytes } from "../../../texts/format.js";
import { TYPE_WORDS } from "../../../texts/kinds.js";
import type { Source } from "../diff/content-reader.js";
import { CONFLICT_TEXTS as TEXTS } from "../../../texts/conflicts.js";
import {
  LISTING_WORDS,
  REASON_WORDS,
  SHORT_REASONS,
  UNDO_REASON_WORDS,
  UNDO_SHORT_REASONS,
} from "../../../texts/commit.js";
import type { Known } from "./versions-store.js";

/** Returns the conflicts of the same sort as one: the same reason, the same choices, the same ending of the name. */
export function alike(conflicts: readonly Conflict[], one: Conflict): Conflict[] {
  const sort = sortOf(one);
  return conflicts.filter((conflict) => sortOf(conflict) === sort);
}

function sortOf(conflict: Conflict): string {
  return [
    conflict.reason,
    conflict.merge,
    conflict.only_read,
    ending(conflict.path),
    ...conflict.choices,
  ].join("\n");
}

/** Returns what a file's name ends with, from its last dot on; nothing for a name without one. */
export function ending(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot) : "";
}

/** Returns why it is a conflict, in plain words. */
export function reasonWords(about: About, { reason, listing }: Conflict): string {
  if (listing === true) return reason === "name-vanished" ? LISTING_WORDS.vanished : LISTING_WORDS.appeared;
  return (about.what === "undo" ? UNDO_REASON_WORDS : REASON_WORDS)[reason];
}

/** Returns the same in few words, for a list. */
export function shortReason(about: About, { reason }: Conflict): string {
  return (about.what === "undo" ? UNDO_SHORT_REASONS : SHORT_REASONS)[reason];
}

export interface ChoiceWords {
  label: string;
  what: string;
}

/** What is decided about: a session's changes, or a commit that is to be taken back. */
export type About = { what: "commit"; session: string } | { what: "undo"; commit: string };

/** Returns what a choice does with a conflict, in plain words. */
export function choiceWords(
  about: About,
  conflict: Conflict,
  choice: Resolution,
  kind: ChangeKind | undefined,
): ChoiceWords {
  if (about.what === "undo") {
    // It merges nothing: what the commit brought is kept nowhere.
    if (choice === "both") return TEXTS.undoBoth;
    return choice === "skip" ? TEXTS.undoSkip : TEXTS.undoOverwrite;
  }
  const gone = conflict.reason === "name-vanished";
  const deletes = kind === "deleted";
  switch (choice) {
    case "skip":
      if (conflict.only_read === true) return TEXTS.goOn;
      return {
        label: TEXTS.skip,
        what: gone ? TEXTS.skipGone : deletes ? TEXTS.skipDeletion : TEXTS.skipWhat,
      };
    case "overwrite":
      if (deletes) return { label: TEXTS.delete, what: TEXTS.deleteWhat };
      return { label: TEXTS.overwrite, what: gone ? TEXTS.overwriteGone : TEXTS.overwriteWhat };
    case "both":
      return { label: TEXTS.both, what: TEXTS.bothWhat };
    case "merge":
      return { label: TEXTS.merge, what: conflict.merge === "append" ? TEXTS.mergeAppend : TEXTS.mergeWhat };
  }
}

export interface VersionRow {
  what: string;
  /** What it is, in a few words; undefined while that is not known. */
  is: string | undefined;
  /** RFC 3339; undefined when there is none. */
  when: string | undefined;
}

/** Returns the versions of a path, the oldest first. `known` is null while they are being read. */
export function versionRows(about: About, conflict: Conflict, known: Known | null): VersionRow[] {
  const nothing = known === null ? undefined : TEXTS.nothing;
  const describe = (side: Pick<SideFacts, "type" | "size"> | undefined): string | undefined =>
    side === undefined ? nothing : side.type === "file" ? formatBytes(side.size) : TYPE_WORDS[side.type];
  const changed = conflict.host_changed;
  if (about.what === "undo") {
    const { before, committed, now } = known?.what === "undo" ? known.versions : {};
    return [
      { what: TEXTS.wasBefore, is: describe(before), when: before?.mtime },
      { what: TEXTS.wasCommitted, is: describe(committed), when: committed?.mtime },
      { what: TEXTS.now, is: describe(now), when: changed ?? now?.mtime },
    ];
  }
  const { base, now, session } = known?.what === "commit" ? known.versions : {};
  const rows: VersionRow[] = [
    {
      what: TEXTS.seen,
      is:
        base !== undefined
          ? formatBytes(base.size)
          : conflict.listing === true
            ? TYPE_WORDS.directory
            : undefined,
      when: conflict.first_seen,
    },
    { what: TEXTS.now, is: describe(now), when: changed ?? now?.mtime },
  ];
  if (conflict.only_read !== true)
    rows.push({ what: TEXTS.session, is: describe(session), when: session?.mtime });
  return rows;
}

export type Comparison = "now-session" | "base-now" | "base-session" | "now-before";

/** What a comparison has on its left and on its right; null: nothing is there. */
export type Sources = readonly [Source | null, Source | null];

/** Returns the contents that are compared. */
export function sourcesOf(about: About, path: PathRef, known: Known, comparison: Comparison): Sources {
  if (known.what === "undo") {
    const of = (side: UndoSide): Source | null =>
      about.what === "undo" && known.versions[side] !== undefined
        ? { commit: about.commit, path, side }
        : null;
    return [of("now"), of("before")];
  }
  const { now, session } = known.versions;
  const of = (side: AnySide, there: boolean): Source | null =>
    about.what === "commit" && there ? { session: about.session, path, side } : null;
  switch (comparison) {
    case "base-now":
      return [of("base", true), of("now", now !== undefined)];
    case "base-session":
      return [of("base", true), of("after", session !== undefined)];
    case "now-session":
    case "now-before":
      return [of("now", now !== undefined), of("after", session !== undefined)];
  }
}

/** Returns which versions can be compared side by side as text. Of what was only read, the session made nothing. */
export function comparisons(known: Known, onlyRead = false): Comparison[] {
  const isText = (side: SideFacts | undefined): boolean =>
    side !== undefined && side.type === "file" && (side.content === "text" || side.content === "empty");
  // Nothing can be compared with a text, but not with nothing.
  const areTexts = (...sides: readonly (SideFacts | undefined)[]): boolean =>
    sides.every((side) => side === undefined || isText(side)) && sides.some(isText);
  if (known.what === "undo") return areTexts(known.versions.now, known.versions.before) ? ["now-before"] : [];
  const { base, now, session } = known.versions;
  const kept = base?.kept === true;
  const found: Comparison[] = [];
  if (!onlyRead && areTexts(now, session)) found.push("now-session");
  if (kept && areTexts(now)) found.push("base-now");
  if (kept && areTexts(session)) found.push("base-session");
  return found;
}
