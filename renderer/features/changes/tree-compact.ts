// Makes a tree small again after many nodes have come and gone. Knows the arrays, not what they are for.
import { createTree, ROOT, type Tree } from "./tree.js";
import { addKid } from "./tree-kids.js";

/** Tells whether most of a large tree is dead. */
export function isWasteful(tree: Tree): boolean {
  return tree.dead > 50_000 && tree.dead > tree.size / 2;
}

/** Returns the same tree without its dead nodes, and where each node went (-1: it was dead). */
export function compactTree(tree: Tree): { tree: Tree; moved: Int32Array } {
  const live: number[] = [];
  const moved = new Int32Array(tree.size).fill(-1);
  for (let id = 0; id < tree.size; id++) {
    const parent = tree.parent[id]!;
    if (id !== ROOT && (moved[parent] === -1 || tree.gone[id] === 1)) continue;
    moved[id] = live.length;
    live.push(id);
  }
  const next = createTree(Math.max(1024, live.length * 2), tree.judge);
  for (const [to, from] of live.entries()) {
    if (from !== ROOT) addKid(next, moved[tree.parent[from]!]!, tree.names.get(from));
    for (const key of COPIED) next[key][to] = tree[key][from]!;
  }
  for (const [id, from] of tree.from) next.from.set(moved[id]!, from);
  for (const [to, from] of live.entries()) next.program.set(to, tree.program.get(from));
  for (const id of tree.marked) next.marked.add(moved[id]!);
  for (const id of tree.toggled) next.toggled.add(moved[id]!);
  next.lastPut = tree.lastPut;
  next.kindCounts.set(tree.kindCounts);
  next.hintCounts.set(tree.hintCounts);
  return { tree: next, moved };
}

const COPIED = [
  "open",
  "kind",
  "aspects",
  "type",
  "mode",
  "bytes",
  "total",
  "created",
  "deleted",
  "flagged",
  "place",
  "hints",
  "weight",
  "mark",
  "chosenBelow",
  "chosen",
  "puts",
  "born",
] as const satisfies readonly (keyof Tree)[];
