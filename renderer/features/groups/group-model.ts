// Changes in groups: by the package that owns them, the program that made them, their kind, the time. Every change is in
// exactly one group. Pure; one pass over the tree, however many groups there are.
import { kindOf } from "../changes/kinds.js";
import { KIND_WORDS } from "../../../texts/kinds.js";
import type { Matches } from "../changes/filter-model.js";
import { sortedKids } from "../changes/tree-kids.js";
import { ROOT, type Tree } from "../changes/tree.js";
import { formatSpan } from "../../../texts/format.js";
import type { OriginTable } from "./origin-table.js";
import { TEXTS } from "../../../texts/groups.js";

/** By place is the tree itself. */
export const GROUPINGS = ["place", "package", "program", "kind", "time"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Group {
  /** The same group has the same key, whatever comes and goes. */
  key: string;
  title: string;
  /** What else there is to say of it. */
  note: string;
  /** Its changes, in the order of the tree, and how many of them are chosen. */
  members: Int32Array;
  chosen: number;
}

/** Groups by time are at most so many. */
const MOST_SPANS = 12;
const SPANS = [1, 10, 60, 600, 3600, 6 * 3600, 86_400].map((seconds) => seconds * 1000);

/** Returns the groups that hold anything, in the order in which they are shown. */
export function groupChanges(
  tree: Tree,
  matches: Matches | null,
  by: Exclude<Grouping, "place">,
  origins: OriginTable | null,
): Group[] {
  const shown = shownChanges(tree, matches);
  switch (by) {
    case "kind":
      return collect(tree, shown, (id) => {
        const kind = kindOf(tree.kind[id]!);
        return kind === undefined
          ? null
          : { key: kind, title: KIND_WORDS[kind], note: "", rank: tree.kind[id]! };
      });
    case "program":
      return collect(
        tree,
        shown,
        (id) => {
          const program = tree.program.get(id)?.program;
          return program === undefined ? null : { key: program, title: program, note: "", rank: 0 };
        },
        TEXTS.noProgram,
      );
    case "package":
      return collect(
        tree,
        shown,
        (id) => {
          const owner = origins?.packageOf(id);
          if (owner === undefined) return null;
          return {
            key: owner.name,
            title: owner.name,
            note: TEXTS.states[owner.state],
            rank: owner.state === "kept" ? 1 : 0,
          };
        },
        TEXTS.noPackage,
      );
    case "time": {
      const span = spanOf(shown, origins);
      return collect(
        tree,
        shown,
        (id) => {
          const time = origins?.timeOf(id);
          if (time === undefined) return null;
          const begin = Math.floor(time / span) * span;
          return { key: `${begin}`, title: formatSpan(begin, span), note: "", rank: begin };
        },
        TEXTS.noTime,
      );
    }
  }
}

/** Returns the change after or before another one in the order of the groups; the first or last when there is none. */
export function memberBeside(
  groups: readonly Group[],
  from: number,
  direction: 1 | -1,
): { group: Group; id: number } | undefined {
  const ordered = direction === 1 ? groups : groups.toReversed();
  const start = ordered.findIndex(({ members }) => members.includes(from));
  for (const [place, group] of ordered.entries()) {
    if (place < start) continue;
    const { members } = group;
    const at = members.indexOf(from);
    const next = at === -1 ? (direction === 1 ? 0 : members.length - 1) : at + direction;
    const id = members[next];
    if (id !== undefined) return { group, id };
  }
  return undefined;
}

/** Returns the nodes with a change of their own that a filter shows, in the order of the tree. */
function shownChanges(tree: Tree, matches: Matches | null): Int32Array {
  const { total } = matches ?? tree;
  const shown = new Int32Array(total[ROOT]!);
  let length = 0;
  const stack = [ROOT];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (total[id] === 0) continue;
    if (matches === null ? tree.kind[id] !== 0 : matches.own[id] === 1) shown[length++] = id;
    if (tree.kidCount[id] === 0) continue;
    const kids = sortedKids(tree, id);
    for (let at = kids.length - 1; at >= 0; at--) stack.push(kids[at]!);
  }
  return shown.subarray(0, length);
}

interface Place {
  key: string;
  title: string;
  note: string;
  /** Groups of a smaller rank come first; those of the same rank by title. */
  rank: number;
}

/** Puts the changes into groups; what belongs nowhere comes last, under the title `rest`. */
function collect(tree: Tree, shown: Int32Array, place: (id: number) => Place | null, rest = ""): Group[] {
  const groups = new Map<string, Place & { ids: number[]; chosen: number }>();
  for (const id of shown) {
    const { key, ...words } = place(id) ?? { key: "", title: rest, note: "", rank: Infinity };
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { key, ...words, ids: [], chosen: 0 }));
    group.ids.push(id);
    group.chosen += tree.chosen[id]! - tree.chosenBelow[id]!;
  }
  return [...groups.values()]
    .sort((a, b) => a.rank - b.rank || (a.title < b.title ? -1 : a.title > b.title ? 1 : 0))
    .map(({ key, title, note, ids, chosen }) => ({
      key,
      title,
      note,
      members: Int32Array.from(ids),
      chosen,
    }));
}

/** Returns how long a span of time is, so that there are few of them. */
function spanOf(shown: Int32Array, origins: OriginTable | null): number {
  let [first, last] = [Infinity, -Infinity];
  for (const id of shown) {
    const time = origins?.timeOf(id);
    if (time === undefined) continue;
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  const fits = (span: number): boolean => Math.floor(last / span) - Math.floor(first / span) < MOST_SPANS;
  return SPANS.find(fits) ?? Math.ceil((last - first) / MOST_SPANS / SPANS.at(-1)!) * SPANS.at(-1)!;
}
