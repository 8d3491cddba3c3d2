// The tree of changes as data: one node for each part of a path, in flat arrays, with sums kept for every folder.
// Node numbers grow from parent to child and are never used twice. Knows nothing of changes that come, and of screens.
import type { PathRef } from "../../../protocol/src/path.js";
import { Judge } from "../review/judge.js";
import { DIRECTORY } from "./kinds.js";
import { Names } from "./names.js";
import { ProgramColumn } from "./program-column.js";

export const ROOT = 0;

/** Marks a person set: whether a node and what lies below it is part of the commit. 0: as its folder. */
export const MARK_IN = 1;
export const MARK_OUT = 2;
/** The node's own change is part of the commit whatever its marks say: something below needs it. */
export const MARK_NEEDED = 4;

/** For trees of which nobody said whose homes they hold. */
const HOMELESS = new Judge([]);

export interface Tree {
  /** Nodes ever made, the root included. */
  size: number;
  /** Nodes that are no longer part of the tree. */
  dead: number;
  parent: Int32Array;
  names: Names;
  /** How many children a node has; the last of them; after each the next, after the last the first; those that are dead and still
   * in that ring; whether the ring must be put in order of display again. All of it is read by `tree-kids.ts` alone. */
  kidCount: Int32Array;
  lastKid: Int32Array;
  nextKid: Int32Array;
  gone: Uint8Array;
  stale: Uint8Array;
  open: Uint8Array;
  /** A node's own change; kind 0: none, it is only a folder on the way to one. */
  kind: Uint8Array;
  aspects: Uint8Array;
  type: Uint8Array;
  /** Permission bits, and PRIVILEGED. */
  mode: Uint16Array;
  bytes: Float64Array;
  from: Map<number, PathRef>;
  program: ProgramColumn;
  /** What says which changes deserve a look; where a node is in its eyes; the rules that hold for its change. */
  judge: Judge;
  place: Int32Array;
  hints: Int32Array;
  /** Sums over a node and all below it. */
  total: Int32Array;
  created: Int32Array;
  deleted: Int32Array;
  flagged: Int32Array;
  weight: Float64Array;
  /** Choice: marks, the chosen changes below a node, and those of a node and all below it. */
  mark: Uint8Array;
  chosenBelow: Int32Array;
  chosen: Int32Array;
  marked: Set<number>;
  toggled: Set<number>;
  /** Changes by kind code, in the whole tree. */
  kindCounts: Int32Array;
  /** Changes by rule, in the whole tree. */
  hintCounts: Int32Array;
  /** Which of all that were put a node's change is: another number is news of it, though nothing that is told differs. */
  puts: Uint32Array;
  lastPut: number;
  /** When each node was made, in the caller's clock. */
  born: Uint32Array;
  lastFolder: { path: string; id: number };
}

/** Returns an empty tree. */
export function createTree(capacity = 1024, judge: Judge = HOMELESS): Tree {
  const tree: Tree = {
    size: 1,
    dead: 0,
    parent: new Int32Array(capacity),
    names: new Names(),
    kidCount: new Int32Array(capacity),
    lastKid: new Int32Array(capacity),
    nextKid: new Int32Array(capacity),
    gone: new Uint8Array(capacity),
    stale: new Uint8Array(capacity),
    open: new Uint8Array(capacity),
    kind: new Uint8Array(capacity),
    aspects: new Uint8Array(capacity),
    type: new Uint8Array(capacity),
    mode: new Uint16Array(capacity),
    bytes: new Float64Array(capacity),
    from: new Map(),
    program: new ProgramColumn(),
    judge,
    place: new Int32Array(capacity),
    hints: new Int32Array(capacity),
    total: new Int32Array(capacity),
    created: new Int32Array(capacity),
    deleted: new Int32Array(capacity),
    flagged: new Int32Array(capacity),
    weight: new Float64Array(capacity),
    mark: new Uint8Array(capacity),
    chosenBelow: new Int32Array(capacity),
    chosen: new Int32Array(capacity),
    marked: new Set(),
    toggled: new Set(),
    kindCounts: new Int32Array(7),
    hintCounts: new Int32Array(32),
    puts: new Uint32Array(capacity),
    lastPut: 0,
    born: new Uint32Array(capacity),
    lastFolder: { path: "", id: ROOT },
  };
  tree.parent[ROOT] = -1;
  tree.type[ROOT] = DIRECTORY;
  tree.open[ROOT] = 1;
  tree.place[ROOT] = judge.root;
  return tree;
}

/** Makes room for twice as many nodes. */
export function grow(tree: Tree): void {
  const capacity = tree.parent.length * 2;
  const int = (old: Int32Array): Int32Array => enlarge(old, new Int32Array(capacity));
  const byte = (old: Uint8Array): Uint8Array => enlarge(old, new Uint8Array(capacity));
  const word = (old: Uint32Array): Uint32Array => enlarge(old, new Uint32Array(capacity));
  const real = (old: Float64Array): Float64Array => enlarge(old, new Float64Array(capacity));
  tree.parent = int(tree.parent);
  tree.total = int(tree.total);
  tree.created = int(tree.created);
  tree.deleted = int(tree.deleted);
  tree.flagged = int(tree.flagged);
  tree.place = int(tree.place);
  tree.hints = int(tree.hints);
  tree.chosenBelow = int(tree.chosenBelow);
  tree.chosen = int(tree.chosen);
  tree.kidCount = int(tree.kidCount);
  tree.lastKid = int(tree.lastKid);
  tree.nextKid = int(tree.nextKid);
  tree.gone = byte(tree.gone);
  tree.stale = byte(tree.stale);
  tree.open = byte(tree.open);
  tree.kind = byte(tree.kind);
  tree.aspects = byte(tree.aspects);
  tree.type = byte(tree.type);
  tree.mark = byte(tree.mark);
  tree.mode = enlarge(tree.mode, new Uint16Array(capacity));
  tree.puts = word(tree.puts);
  tree.born = word(tree.born);
  tree.bytes = real(tree.bytes);
  tree.weight = real(tree.weight);
}

function enlarge<T extends { set(from: ArrayLike<number>): void }>(old: ArrayLike<number>, fresh: T): T {
  fresh.set(old);
  return fresh;
}
