// How changes enter the tree and leave it, and how nodes are found. Knows nothing of screens.
import type { Change, ChangeKind, FileType } from "../../../protocol/src/change.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { aspectBits, kindCode, PRIVILEGED, TYPES } from "./kinds.js";
import { makerOf, type Maker } from "./program-column.js";
import { partsToRef, pathParts } from "./path-parts.js";
import { grow, ROOT, type Tree } from "./tree.js";
import { addKid, isFolder, isOtherwise, kidNamed, removeKid } from "./tree-kids.js";
import { addUpward, own, recount, setHints } from "./tree-sums.js";

/** Adds a change, or replaces the one that its path had. Returns its node. */
export function putChange(tree: Tree, change: Change, now: number, openNew: boolean): number {
  const id = ensureNode(tree, change, now, openNew);
  let from: PathRef | undefined;
  if (change.from !== undefined) {
    from = { path: change.from };
    if (change.from_bytes !== undefined) from.path_bytes = change.from_bytes;
  }
  const { change: kind, type } = change;
  const mode = change.mode | (change.privileged === true ? PRIVILEGED : 0);
  const size = kind === "deleted" ? (change.size_before ?? 0) : change.size;
  putFacts(tree, id, {
    kind,
    aspects: aspectBits(change.aspects),
    type,
    mode,
    size,
    from,
    maker: makerOf(change),
  });
  return id;
}

/** What a node keeps of its change. `size` is that of before for a deletion; `mode` may have PRIVILEGED in it. */
export interface ChangeFacts {
  kind: ChangeKind;
  aspects: number;
  type: FileType;
  mode: number;
  size: number;
  from: PathRef | undefined;
  maker: Maker | undefined;
}

/** Says what the change of a node is. */
export function putFacts(tree: Tree, id: number, facts: ChangeFacts): void {
  const before = own(tree, id);
  tree.kindCounts[tree.kind[id]!]!--;
  const wasFolder = isFolder(tree, id);
  tree.kind[id] = kindCode(facts.kind);
  tree.kindCounts[tree.kind[id]!]!++;
  tree.aspects[id] = facts.aspects;
  tree.type[id] = TYPES.indexOf(facts.type);
  tree.mode[id] = facts.mode;
  tree.lastPut += 1;
  tree.puts[id] = tree.lastPut;
  tree.bytes[id] = facts.size;
  if (facts.from === undefined) tree.from.delete(id);
  else tree.from.set(id, facts.from);
  tree.program.set(id, facts.maker);
  setHints(tree, id, judgeChange(tree, id, facts));
  if (wasFolder !== isFolder(tree, id)) isOtherwise(tree, id);
  addUpward(tree, id, before, own(tree, id));
  recount(tree, id);
}

/** Removes the change of this path, and the folders that were only on the way to it. */
export function dropChange(tree: Tree, ref: PathRef): void {
  const id = findNode(tree, pathParts(ref));
  if (id === undefined || tree.kind[id] === 0) return;
  const before = own(tree, id);
  tree.kindCounts[tree.kind[id]!]!--;
  tree.kind[id] = 0;
  tree.aspects[id] = 0;
  setHints(tree, id, 0);
  tree.from.delete(id);
  tree.program.set(id, undefined);
  addUpward(tree, id, before, own(tree, id));
  recount(tree, id);
  prune(tree, id);
}

/** Returns the node of the path with these parts, when the tree has it. */
export function findNode(tree: Tree, parts: readonly string[]): number | undefined {
  let id = ROOT;
  for (const part of parts) {
    const next = kidNamed(tree, id, part);
    if (next === 0) return undefined;
    id = next;
  }
  return id;
}

/** Returns the parts of a node's path. */
export function nodeParts(tree: Tree, id: number): string[] {
  const parts: string[] = [];
  for (let at = id; at > ROOT; at = tree.parent[at]!) parts.push(tree.names.get(at));
  return parts.reverse();
}

/** Returns the path of a node as it crosses the wire. */
export function nodeRef(tree: Tree, id: number): PathRef {
  return partsToRef(nodeParts(tree, id));
}

function ensureNode(tree: Tree, ref: PathRef, now: number, openNew: boolean): number {
  if (ref.path_bytes !== undefined) return ensureParts(tree, pathParts(ref), now, openNew);
  const cut = ref.path.lastIndexOf("/");
  if (cut <= 0 || cut === ref.path.length - 1) return ensureParts(tree, pathParts(ref), now, openNew);
  const folder = ref.path.slice(0, cut);
  const last = tree.lastFolder;
  // Rows come sorted: most of them lie in the folder of the row before.
  if (folder !== last.path) {
    last.id = ensureParts(tree, pathParts({ path: folder }), now, openNew);
    last.path = folder;
  }
  return child(tree, last.id, ref.path.slice(cut + 1), now, openNew);
}

/** Returns the node of a path, made when it is not there. */
export function ensureParts(tree: Tree, parts: readonly string[], now: number, openNew: boolean): number {
  let id = ROOT;
  for (const part of parts) id = child(tree, id, part, now, openNew);
  return id;
}

/** Returns the child of this name, made when it is not there. */
export function child(tree: Tree, parent: number, part: string, now: number, openNew: boolean): number {
  const found = kidNamed(tree, parent, part);
  if (found !== 0) return found;
  if (tree.size >= tree.parent.length) grow(tree);
  const id = addKid(tree, parent, part);
  tree.place[id] = tree.judge.step(tree.place[parent]!, part);
  tree.open[id] = openNew ? 1 : 0;
  tree.born[id] = now;
  return id;
}

/** Takes out a node that carries nothing, and its folders for the same reason. A node with a mark stays. */
function prune(tree: Tree, from: number): void {
  let id = from;
  while (id !== ROOT && tree.kind[id] === 0 && tree.mark[id] === 0 && tree.kidCount[id] === 0) {
    const parent = tree.parent[id]!;
    removeKid(tree, id);
    tree.toggled.delete(id);
    if (tree.lastFolder.id === id) tree.lastFolder = { path: "", id: ROOT };
    id = parent;
  }
}

function judgeChange(tree: Tree, id: number, facts: ChangeFacts): number {
  const { kind, type, mode } = facts;
  // What is gone weighs nothing.
  const size = kind === "deleted" ? 0 : facts.size;
  const from = tree.from.get(id);
  // A new hard link leaves nothing behind.
  const left = from === undefined || kind !== "renamed" ? undefined : tree.judge.walk(pathParts(from));
  return tree.judge.judge(tree.place[id]!, { kind, type, mode, size, name: tree.names.get(id) }, left);
}
