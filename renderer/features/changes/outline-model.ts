// The tree as the list of rows that a person sees: folders opened or closed, chains of single folders drawn
// as one row, filtered. Pure functions over the tree.
import { pathKey } from "../../../protocol/src/path.js";
import type { Group } from "../groups/group-model.js";
import type { Matches } from "./filter-model.js";
import { displayPart } from "./path-parts.js";
import { firstKid, isFolder, kidAfter, sortedKids } from "./tree-kids.js";
import { nodeRef } from "./tree-model.js";
import { ROOT, type Tree } from "./tree.js";

export interface Outline {
  length: number;
  /** Changes in groups, when they are not shown by place. */
  groups?: readonly Group[];
  /** The node of each row: for a chain of folders, its last; for the head of a group, -1 less the group's place. */
  ids: Int32Array;
  /** The first node of each row's chain; the row's own node when it is no chain. */
  heads: Int32Array;
  depths: Uint16Array;
  /** Place among the rows of the same folder, from 1, and how many there are. */
  places: Int32Array;
  peers: Int32Array;
}

/** Opened and closed folders while a filter is set, by the keys of their paths: a tree that is read anew has other nodes. All others are open then. */
export type FilterToggles = ReadonlyMap<string, boolean>;

/** Returns the rows to show. */
export function buildOutline(tree: Tree, matches: Matches | null, toggles: FilterToggles): Outline {
  const rows = new RowList(Math.min(tree.size + 1, 4096));
  if (tree.kind[ROOT] !== 0 && (matches === null || matches.own[ROOT] === 1)) rows.add(ROOT, ROOT, 0, 1, 1);
  const stack: { kids: readonly number[]; at: number; depth: number }[] = [
    { kids: shownKids(tree, ROOT, matches), at: 0, depth: 0 },
  ];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    if (level.at >= level.kids.length) {
      stack.pop();
      continue;
    }
    const head = level.kids[level.at]!;
    level.at += 1;
    let tail = head;
    let kids = shownKids(tree, tail, matches);
    while (tree.kind[tail] === 0 && kids.length === 1 && isFolder(tree, kids[0]!)) {
      tail = kids[0]!;
      kids = shownKids(tree, tail, matches);
    }
    rows.add(tail, head, level.depth, level.at, level.kids.length);
    if (kids.length > 0 && isOpen(tree, tail, matches, toggles)) {
      stack.push({ kids, at: 0, depth: level.depth + 1 });
    }
  }
  return rows.done();
}

/** Tells whether a folder's content is shown. */
export function isOpen(tree: Tree, id: number, matches: Matches | null, toggles: FilterToggles): boolean {
  if (matches === null) return tree.open[id] === 1;
  return toggles.size === 0 || (toggles.get(pathKey(nodeRef(tree, id))) ?? true);
}

/** Tells whether a row has anything to open. */
export function canOpen(tree: Tree, id: number, matches: Matches | null): boolean {
  if (id === ROOT) return false;
  const sums = matches ?? tree;
  const own = matches === null ? Number(tree.kind[id] !== 0) : matches.own[id]!;
  return sums.total[id]! > own;
}

/** Tells whether what a row holds is shown; undefined when it holds nothing. In groups only their heads hold anything. */
export function rowOpening({ tree, outline, matches, toggles }: RowPlace, row: number): boolean | undefined {
  const id = outline.ids[row]!;
  if (outline.groups === undefined) {
    return canOpen(tree, id, matches) ? isOpen(tree, id, matches, toggles) : undefined;
  }
  return id >= 0 ? undefined : row + 1 < outline.length && outline.ids[row + 1]! >= 0;
}

interface RowPlace {
  tree: Tree;
  outline: Outline;
  matches: Matches | null;
  toggles: FilterToggles;
}

/** Returns the group that a row is the head of. */
export function groupAt(outline: Outline, row: number): Group | undefined {
  return outline.groups?.[-1 - outline.ids[row]!];
}

/** Returns the row of a group's head; -1 when there is none. */
export function rowOfGroup(outline: Outline, key: string): number {
  const place = outline.groups?.findIndex((group) => group.key === key) ?? -1;
  return place === -1 ? -1 : outline.ids.subarray(0, outline.length).indexOf(-1 - place);
}

/** Returns what a row is found by when letters are typed. */
export function rowName(tree: Tree, outline: Outline, row: number): string {
  const group = groupAt(outline, row);
  if (group !== undefined) return group.title;
  return displayPart(tree.names.get((outline.groups === undefined ? outline.heads : outline.ids)[row]!));
}

/** Returns the row of a node, or of the closest folder above it that has one; -1 when there is none. */
export function rowOf(tree: Tree, outline: Outline, id: number): number {
  for (let at = id; at > ROOT; at = tree.parent[at]!) {
    const row = outline.ids.subarray(0, outline.length).indexOf(at);
    if (row !== -1) return row;
  }
  return -1;
}

/** Returns the row of the folder that holds a row; -1 at the top. */
export function parentRow(outline: Outline, row: number): number {
  const depth = outline.depths[row]!;
  for (let at = row - 1; at >= 0; at--) if (outline.depths[at]! < depth) return at;
  return -1;
}

/** Opens the folders down from the root, level by level, while no more than `limit` rows are shown. */
export function openToFit(tree: Tree, limit: number): void {
  const opened: number[] = [];
  for (let id = 1; id < tree.size; id++) tree.open[id] = 0;
  let level: number[] = [ROOT];
  let rows = 0;
  while (level.length > 0) {
    const next: number[] = [];
    for (const id of level) {
      for (let kid = firstKid(tree, id); kid !== 0; kid = kidAfter(tree, kid)) {
        if (tree.total[kid]! > 0) next.push(kid);
      }
    }
    rows += next.length;
    if (rows > limit && opened.length > 0) break;
    for (const id of level) {
      tree.open[id] = 1;
      opened.push(id);
    }
    level = next;
  }
}

const NO_KIDS: readonly number[] = [];

function shownKids(tree: Tree, id: number, matches: Matches | null): readonly number[] {
  if (tree.kidCount[id] === 0) return NO_KIDS;
  const kids = sortedKids(tree, id);
  const { total } = matches ?? tree;
  for (const kid of kids) {
    // Most folders hide nothing: only then is a second list made.
    if (total[kid] === 0) return kids.filter((each) => total[each]! > 0);
  }
  return kids;
}

/** Rows in flat arrays that double when they are full. */
export class RowList {
  private length = 0;
  private ids: Int32Array;
  private heads: Int32Array;
  private depths: Uint16Array;
  private places: Int32Array;
  private peers: Int32Array;

  constructor(capacity: number) {
    this.ids = new Int32Array(capacity);
    this.heads = new Int32Array(capacity);
    this.depths = new Uint16Array(capacity);
    this.places = new Int32Array(capacity);
    this.peers = new Int32Array(capacity);
  }

  add(id: number, head: number, depth: number, place: number, peers: number): void {
    if (this.length === this.ids.length) this.grow();
    this.ids[this.length] = id;
    this.heads[this.length] = head;
    this.depths[this.length] = depth;
    this.places[this.length] = place;
    this.peers[this.length] = peers;
    this.length += 1;
  }

  done(): Outline {
    const { length, ids, heads, depths, places, peers } = this;
    return { length, ids, heads, depths, places, peers };
  }

  private grow(): void {
    const capacity = this.ids.length * 2;
    const { ids, heads, depths, places, peers } = this;
    (this.ids = new Int32Array(capacity)).set(ids);
    (this.heads = new Int32Array(capacity)).set(heads);
    (this.depths = new Uint16Array(capacity)).set(depths);
    (this.places = new Int32Array(capacity)).set(places);
    (this.peers = new Int32Array(capacity)).set(peers);
  }
}
