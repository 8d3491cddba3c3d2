// Which changes a filter shows. Pure functions over the tree; parents come before children in its arrays.
import type { Maker } from "./program-column.js";
import { own } from "./tree-sums.js";
import { ROOT, type Tree } from "./tree.js";

export interface Filter {
  /** Text that the path must hold, in any case. */
  text: string;
  /** Kind codes to show; empty: all. */
  kinds: ReadonlySet<number>;
  /** Bits of the rules of which one must hold; 0: all changes. */
  hints: number;
  /** Show only what this program made; null: whoever made it. */
  maker: Maker | null;
}

/** All rules: what needs a look for whatever reason. */
export const ANY_HINT = -1;

export const NO_FILTER: Filter = { text: "", kinds: new Set(), hints: 0, maker: null };

/** Tells whether a filter hides anything. */
export function isFiltering({ text, kinds, hints, maker }: Filter): boolean {
  return text.trim() !== "" || kinds.size > 0 || hints !== 0 || maker !== null;
}

export interface Matches {
  /** 1 where a node's own change is shown. */
  own: Uint8Array;
  /** Shown changes at and below each node, and how many of them are chosen. */
  total: Int32Array;
  chosen: Int32Array;
  /** Of the shown ones, those that were created, were deleted, need a look. */
  created: Int32Array;
  deleted: Int32Array;
  flagged: Int32Array;
}

/** Returns what the filter shows, or null when it shows everything. */
export function matchTree(tree: Tree, filter: Filter): Matches | null {
  const needle = filter.text.trim().toLowerCase();
  if (!isFiltering(filter)) return null;
  const hit = matchText(tree, needle);
  return matchNodes(tree, (id) => {
    const kind = tree.kind[id]!;
    const wanted =
      (filter.kinds.size === 0 || filter.kinds.has(kind)) &&
      (filter.hints === 0 || (tree.hints[id]! & filter.hints) !== 0) &&
      (filter.maker === null || tree.program.get(id)?.run === filter.maker.run);
    return hit[id] === 1 && wanted;
  });
}

/** Returns the changes that fit, with their sums. */
export function matchNodes(tree: Tree, fits: (id: number) => boolean): Matches {
  const shown = new Uint8Array(tree.size);
  const sums = (): Int32Array => new Int32Array(tree.size);
  const [total, chosen, created, deleted, flagged] = [sums(), sums(), sums(), sums(), sums()];
  for (let id = tree.size - 1; id >= ROOT; id--) {
    const parent = tree.parent[id]!;
    if (tree.total[id] === 0) continue;
    if (tree.kind[id] !== 0 && fits(id)) {
      const mine = own(tree, id);
      shown[id] = 1;
      total[id]! += 1;
      chosen[id]! += tree.chosen[id]! - tree.chosenBelow[id]!;
      created[id]! += mine.created;
      deleted[id]! += mine.deleted;
      flagged[id]! += mine.flagged;
    }
    if (parent === -1 || total[id] === 0) continue;
    total[parent]! += total[id]!;
    chosen[parent]! += chosen[id]!;
    created[parent]! += created[id]!;
    deleted[parent]! += deleted[id]!;
    flagged[parent]! += flagged[id]!;
  }
  return { own: shown, total, chosen, created, deleted, flagged };
}

/** Returns 1 for each node whose path holds the text. */
function matchText(tree: Tree, needle: string): Uint8Array {
  const hit = new Uint8Array(tree.size);
  if (needle === "") return hit.fill(1);
  const cut = needle.lastIndexOf("/");
  // Without a slash, a path holds the text exactly when one of its parts does.
  if (cut === -1) {
    for (let id = 1; id < tree.size; id++) {
      hit[id] = hit[tree.parent[id]!] === 1 || tree.names.holds(id, needle) ? 1 : 0;
    }
    return hit;
  }
  // With one, the folder's path ends in what comes before the last slash, and the name begins with what comes after.
  const [before, after] = [needle.slice(0, cut), needle.slice(cut + 1)];
  const paths = new Map([[ROOT, ""]]);
  for (let id = 1; id < tree.size; id++) {
    const parent = tree.parent[id]!;
    const folder = paths.get(parent);
    if (hit[parent] === 1 || (folder?.endsWith(before) === true && tree.names.begins(id, after))) hit[id] = 1;
    else if (tree.kidCount[id]! > 0) paths.set(id, `${folder ?? ""}/${tree.names.get(id).toLowerCase()}`);
  }
  return hit;
}
