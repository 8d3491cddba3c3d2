// Which changes go into a commit: marks on nodes that hold for all below them, also for rows that come later. A choice under a
// filter marks each change that it shows instead. Pure functions over the tree.
import type { CommitRequest } from "../../../protocol/src/commit.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { matchNodes, type Matches } from "./filter-model.js";
import { pathParts } from "./path-parts.js";
import { firstKid, kidAfter } from "./tree-kids.js";
import { findNode, nodeParts, nodeRef } from "./tree-model.js";
import { isMarkedIn, ownChosen, recount } from "./tree-sums.js";
import { MARK_IN, MARK_NEEDED, MARK_OUT, ROOT, type Tree } from "./tree.js";

export type Choice = "all" | "some" | "none";

/** Returns how much of a node and what lies below it is chosen; with a filter, of what the filter shows. */
export function choiceOf(tree: Tree, id: number, matches: Matches | null): Choice {
  const total = (matches ?? tree).total[id]!;
  const chosen = (matches ?? tree).chosen[id]!;
  return chosen === 0 ? "none" : chosen === total ? "all" : "some";
}

/** Puts a node and all below it in or out, now and for rows that come later. */
export function choose(tree: Tree, id: number, chosen: boolean): void {
  for (const node of subtree(tree, id)) setMark(tree, node, 0);
  const inherited = id === ROOT || isMarkedIn(tree, tree.parent[id]!);
  if (id === ROOT ? !chosen : inherited !== chosen) setMark(tree, id, chosen ? MARK_IN : MARK_OUT);
  for (const node of subtree(tree, id)) {
    const own = chosen && tree.kind[node] !== 0 ? 1 : 0;
    tree.chosenBelow[node] = chosen ? tree.total[node]! - own : 0;
    if (node !== id) tree.chosen[node] = chosen ? tree.total[node]! : 0;
  }
  recount(tree, id);
}

/**
 * Puts in or out only what the filter shows at and below a node. Of rows that come later only those are touched that lie in a
 * folder which is itself a change that the filter shows, with all it held.
 */
export function chooseMatching(tree: Tree, id: number, chosen: boolean, matches: Matches): void {
  const stack = [id];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (matches.total[node] === 0) continue;
    // A folder that is only on the way to changes stands for what comes later, too: it gets no mark.
    if (matches.total[node] === tree.total[node] && matches.own[node] === 1) {
      choose(tree, node, chosen);
      continue;
    }
    if (chosen && matches.own[node] === 1) requireNode(tree, node);
    for (let kid = firstKid(tree, node); kid !== 0; kid = kidAfter(tree, kid)) stack.push(kid);
  }
}

/** Puts in or out just these changes; what a folder among them holds stays as it is, and keeps the folder. */
export function chooseOnly(tree: Tree, ids: Int32Array, chosen: boolean): void {
  const wanted = new Uint8Array(tree.size);
  for (const id of ids) wanted[id] = 1;
  chooseMatching(
    tree,
    ROOT,
    chosen,
    matchNodes(tree, (id) => wanted[id] === 1),
  );
}

/** Puts these paths in, and nothing but them: what the rest of the choice cannot do without. */
export function chooseNeeded(tree: Tree, refs: readonly PathRef[]): void {
  for (const ref of refs) {
    const id = findNode(tree, pathParts(ref));
    if (id !== undefined) requireNode(tree, id);
  }
}

/** Returns what to ask of the helper so that exactly the chosen changes are committed. */
export function selectionRequest(tree: Tree): Pick<CommitRequest, "only" | "skip"> {
  const whole = collect(tree, true);
  if (whole.skip.length === 0) return {};
  const parts = collect(tree, false);
  const size = parts.only.length + parts.skip.length;
  if (whole.skip.length <= size) return { skip: whole.skip.map((id) => nodeRef(tree, id)) };
  const request: Pick<CommitRequest, "only" | "skip"> = { only: parts.only.map((id) => nodeRef(tree, id)) };
  if (parts.skip.length > 0) request.skip = parts.skip.map((id) => nodeRef(tree, id));
  return request;
}

/** Returns the paths that hold exactly what is not chosen, below them. */
export function leftOut(tree: Tree): PathRef[] {
  return collect(tree, true).skip.map((id) => nodeRef(tree, id));
}

/** What was put in and left out, by a tree's nodes: a choice under a filter marks each change, and there may be a million. */
export interface Marks {
  readonly ids: Int32Array;
  readonly marks: Uint8Array;
}

/** Returns all marks of a tree. */
export function marksOf(tree: Tree): Marks {
  const ids = Int32Array.from(tree.marked);
  const marks = new Uint8Array(ids.length);
  for (const [n, id] of ids.entries()) marks[n] = tree.mark[id]!;
  return { ids, marks };
}

/** Makes a tree's choice what these marks say. Of what is gone meanwhile there is nothing to choose. */
export function restoreMarks(tree: Tree, { ids, marks }: Marks): void {
  for (const id of tree.marked) setMark(tree, id, 0);
  for (const [n, id] of ids.entries()) {
    const at = twinOf(tree, id, tree);
    if (at !== undefined) setMark(tree, at, marks[n]!);
  }
  recountAll(tree);
}

/** Returns what the same marks are in a tree that has taken the place of theirs. */
export function marksIn(to: Tree, { ids, marks }: Marks, from: Tree): Marks {
  const twins = new Int32Array(ids.length);
  const same = new Uint8Array(ids.length);
  let size = 0;
  for (const [n, id] of ids.entries()) {
    const twin = twinOf(from, id, to);
    if (twin === undefined) continue;
    twins[size] = twin;
    same[size] = marks[n]!;
    size += 1;
  }
  return { ids: twins.slice(0, size), marks: same.slice(0, size) };
}

/** Returns the node of the same path; what was gone and is back is another node, in the same tree too. */
function twinOf(tree: Tree, id: number, to: Tree): number | undefined {
  return tree === to && tree.gone[id] === 0 ? id : findNode(to, nodeParts(tree, id));
}

/** Copies marks and opened folders to a tree that was read anew. */
export function carryOver(
  from: Tree,
  to: Tree,
  partsOf: (tree: Tree, id: number) => string[],
  ensure: (parts: string[]) => number,
): void {
  for (const id of from.marked) setMark(to, ensure(partsOf(from, id)), from.mark[id]!);
  for (const id of from.toggled) {
    const twin = findNode(to, partsOf(from, id));
    if (twin === undefined) continue;
    to.open[twin] = from.open[id]!;
    to.toggled.add(twin);
  }
  recountAll(to);
}

/** Computes every node's choice from the marks alone. */
export function recountAll(tree: Tree): void {
  tree.chosenBelow.fill(0, 0, tree.size);
  for (let id = tree.size - 1; id >= ROOT; id--) {
    const parent = tree.parent[id]!;
    if (tree.gone[id] === 1) continue;
    tree.chosen[id] = tree.chosenBelow[id]! + ownChosen(tree, id);
    if (parent !== -1) tree.chosenBelow[parent]! += tree.chosen[id]!;
  }
}

function collect(tree: Tree, startInside: boolean): { only: number[]; skip: number[] } {
  const only: number[] = [];
  const skip: number[] = [];
  const stack: { id: number; inside: boolean }[] = [{ id: ROOT, inside: startInside }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { id } = at;
    let { inside } = at;
    const chosen = tree.chosen[id]!;
    if (tree.total[id] === 0) continue;
    if (chosen === tree.total[id]) {
      if (!inside) only.push(id);
      continue;
    }
    if (chosen === 0) {
      if (inside) skip.push(id);
      continue;
    }
    if (tree.kind[id] !== 0 && !inside) {
      only.push(id);
      inside = true;
    }
    for (let kid = firstKid(tree, id); kid !== 0; kid = kidAfter(tree, kid)) stack.push({ id: kid, inside });
  }
  return { only, skip };
}

function requireNode(tree: Tree, id: number): void {
  setMark(tree, id, tree.mark[id]! | MARK_NEEDED);
  recount(tree, id);
}

function setMark(tree: Tree, id: number, mark: number): void {
  tree.mark[id] = mark;
  if (mark === 0) tree.marked.delete(id);
  else tree.marked.add(id);
}

function subtree(tree: Tree, id: number): number[] {
  const nodes = [id];
  for (let at = 0; at < nodes.length; at++) {
    for (let kid = firstKid(tree, nodes[at]!); kid !== 0; kid = kidAfter(tree, kid)) nodes.push(kid);
  }
  return nodes;
}
