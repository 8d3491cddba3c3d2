// What every folder of the tree knows of all below it: changes, bytes, hints, and how much is chosen. Kept with each change.
import { aspectBits, kindCode } from "./kinds.js";
import { MARK_IN, MARK_NEEDED, type Tree } from "./tree.js";

const CREATED = kindCode("created");
const DELETED = kindCode("deleted");
const CONTENT = aspectBits(["content"]);
export interface Own {
  total: number;
  created: number;
  deleted: number;
  flagged: number;
  weight: number;
}

/** Returns what a node's own change adds to the sums. Bytes count where content would reach the host. */
export function own(tree: Tree, id: number): Own {
  const kind = tree.kind[id]!;
  const heavy =
    tree.type[id] === 0 && kind !== DELETED && (kind === CREATED || (tree.aspects[id]! & CONTENT) !== 0);
  return {
    total: kind === 0 ? 0 : 1,
    created: kind === CREATED ? 1 : 0,
    deleted: kind === DELETED ? 1 : 0,
    flagged: tree.hints[id] === 0 ? 0 : 1,
    weight: heavy ? tree.bytes[id]! : 0,
  };
}

/** Carries what has become of a node's own part of the sums to all folders above it. */
export function addUpward(tree: Tree, id: number, before: Own, after: Own): void {
  const total = after.total - before.total;
  const created = after.created - before.created;
  const deleted = after.deleted - before.deleted;
  const flagged = after.flagged - before.flagged;
  const weight = after.weight - before.weight;
  if (total === 0 && created === 0 && deleted === 0 && flagged === 0 && weight === 0) return;
  for (let at = id; at !== -1; at = tree.parent[at]!) {
    tree.total[at]! += total;
    tree.created[at]! += created;
    tree.deleted[at]! += deleted;
    tree.flagged[at]! += flagged;
    tree.weight[at]! += weight;
  }
}

/** Says which rules hold for a node's change. */
export function setHints(tree: Tree, id: number, hints: number): void {
  const changed = hints ^ tree.hints[id]!;
  for (let rest = changed; rest !== 0; rest &= rest - 1) {
    const bit = rest & -rest;
    tree.hintCounts[31 - Math.clz32(bit)]! += (hints & bit) === 0 ? -1 : 1;
  }
  tree.hints[id] = hints;
}

/** Brings `chosen` up to date from a node to the root, after its change or its mark has changed. */
export function recount(tree: Tree, id: number): void {
  for (let at = id; at !== -1;) {
    const next = tree.chosenBelow[at]! + ownChosen(tree, at);
    const delta = next - tree.chosen[at]!;
    if (delta === 0 && at !== id) return;
    tree.chosen[at] = next;
    at = tree.parent[at]!;
    if (at !== -1) tree.chosenBelow[at]! += delta;
  }
}

/** Tells whether a new child of this node would be part of the commit. */
export function isMarkedIn(tree: Tree, id: number): boolean {
  for (let at = id; at !== -1; at = tree.parent[at]!) {
    const mark = tree.mark[at]! & 3;
    if (mark !== 0) return mark === MARK_IN;
  }
  return true;
}

/** Returns 1 when a node has a change of its own and it is part of the commit. */
export function ownChosen(tree: Tree, id: number): 0 | 1 {
  if (tree.kind[id] === 0) return 0;
  // A folder's own change goes with anything that is chosen below it.
  return tree.chosenBelow[id]! > 0 || (tree.mark[id]! & MARK_NEEDED) !== 0 || isMarkedIn(tree, id) ? 1 : 0;
}
