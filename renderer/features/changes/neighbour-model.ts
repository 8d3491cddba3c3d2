// The change after and before another one, in the order in which the tree shows them. Pure.
import type { Matches } from "./filter-model.js";
import { sortedKids } from "./tree-kids.js";
import { ROOT, type Tree } from "./tree.js";

/** Returns the next node in this direction that has a change of its own; undefined at the end. */
export function neighbour(
  tree: Tree,
  matches: Matches | null,
  from: number,
  direction: 1 | -1,
): number | undefined {
  let id = from;
  do {
    const next = direction === 1 ? after(tree, matches, id) : before(tree, matches, id);
    if (next === undefined) return undefined;
    id = next;
  } while (matches === null ? tree.kind[id] === 0 : matches.own[id] === 0);
  return id;
}

function after(tree: Tree, matches: Matches | null, id: number): number | undefined {
  const first = shown(tree, matches, id)[0];
  if (first !== undefined) return first;
  for (let at = id; at > ROOT; at = tree.parent[at]!) {
    const siblings = shown(tree, matches, tree.parent[at]!);
    const next = siblings[siblings.indexOf(at) + 1];
    if (next !== undefined) return next;
  }
  return undefined;
}

function before(tree: Tree, matches: Matches | null, id: number): number | undefined {
  if (id === ROOT) return undefined;
  const parent = tree.parent[id]!;
  const siblings = shown(tree, matches, parent);
  let last = siblings[siblings.indexOf(id) - 1];
  if (last === undefined) return parent === ROOT && tree.kind[ROOT] === 0 ? undefined : parent;
  for (
    let kid = shown(tree, matches, last).at(-1);
    kid !== undefined;
    kid = shown(tree, matches, last).at(-1)
  ) {
    last = kid;
  }
  return last;
}

function shown(tree: Tree, matches: Matches | null, id: number): readonly number[] {
  const { total } = matches ?? tree;
  return sortedKids(tree, id).filter((kid) => total[kid]! > 0);
}
