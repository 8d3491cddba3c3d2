// What a commit would bring and what it would leave, as flat lists: what deserves a look first, else in the tree's
// own order. Pure.
import type { Conflict } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { pathParts } from "../changes/path-parts.js";
import { sortedKids } from "../changes/tree-kids.js";
import { findNode } from "../changes/tree-model.js";
import { ownChosen } from "../changes/tree-sums.js";
import { ROOT, type Tree } from "../changes/tree.js";
import type { Answers, Aside } from "./commit-model.js";

export interface Plan {
  /** Nodes whose change goes to the host, as far as the person has not decided otherwise. */
  goes: readonly number[];
  /** Nodes whose change stays in the session: left out by the person or by the ignore list. */
  stays: readonly number[];
  /** Those of them that the ignore list leaves out. */
  ignored: ReadonlySet<number>;
}

/** Returns the changes of a tree by what becomes of them. */
export function planOf(tree: Tree, aside: Aside): Plan {
  const goes: number[] = [];
  const stays: number[] = [];
  const ignored = nodesOf(tree, aside.ignored);
  const stack = [ROOT];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (tree.kind[id] !== 0) (ownChosen(tree, id) === 1 && !ignored.has(id) ? goes : stays).push(id);
    for (const kid of sortedKids(tree, id).toReversed()) if (tree.total[kid]! > 0) stack.push(kid);
  }
  return { goes: flaggedFirst(tree, goes), stays: flaggedFirst(tree, stays), ignored };
}

/** What deserves a look is looked at first. */
function flaggedFirst(tree: Tree, nodes: readonly number[]): number[] {
  return [...nodes.filter((id) => tree.hints[id] !== 0), ...nodes.filter((id) => tree.hints[id] === 0)];
}

/** Returns how many of these changes deserve a look, and for which reasons together. */
export function flagsOf(tree: Tree, nodes: readonly number[]): { count: number; hints: number } {
  let count = 0;
  let hints = 0;
  for (const id of nodes) {
    if (tree.hints[id] !== 0) count += 1;
    hints |= tree.hints[id]!;
  }
  return { count, hints };
}

/** What is to be said of a change beside its path. */
export type Tag = { what: "joined" } | { what: "conflict"; conflict: Conflict; answered: boolean };

/** Returns what is to be said of some changes, by node. */
export function tagsOf(
  tree: Tree,
  aside: Aside,
  conflicts: readonly Conflict[],
  answers: Answers,
): ReadonlyMap<number, Tag> {
  const tags = new Map<number, Tag>();
  for (const id of nodesOf(tree, aside.joined)) tags.set(id, { what: "joined" });
  for (const conflict of conflicts) {
    const id = findNode(tree, pathParts(conflict));
    if (id !== undefined)
      tags.set(id, { what: "conflict", conflict, answered: answers.has(pathKey(conflict)) });
  }
  return tags;
}

function nodesOf(tree: Tree, paths: readonly PathRef[]): Set<number> {
  const nodes = new Set<number>();
  for (const path of paths) {
    const id = findNode(tree, pathParts(path));
    if (id !== undefined) nodes.add(id);
  }
  return nodes;
}
