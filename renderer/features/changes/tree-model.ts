// The tree of changes: one node for each part of a path, in flat arrays, with sums kept for every folder.
// Node numbers grow from parent to child and are never used twice. Knows nothing of screens.
import type { Change, ChangeKind, FileType } from "../../../protocol/src/change.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { Judge } from "../review/judge.js";
import { aspectBits, DIRECTORY, kindCode, TYPES } from "./kinds.js";
import { makerOf, ProgramColumn, type Maker } from "./program-column.js";
import { partsToRef, pathParts } from "./path-parts.js";

export const ROOT = 0;

/** Marks a person set: whether a node and what lies below it is part of the commit. 0: as its folder. */
export const MARK_IN = 1;
export const MARK_OUT = 2;
/** The node's own change is part of the commit whatever its marks say: something below needs it. */
export const MARK_NEEDED = 4;

const CREATED = kindCode("created");
const DELETED = kindCode("deleted");
const CONTENT = aspectBits(["content"]);
/** For trees of which nobody said whose homes they hold. */
const HOMELESS = new Judge([]);

export interface Tree {
  /** Nodes ever made, the root included. */
  size: number;
  /** Nodes that are no longer part of the tree. */
  dead: number;
  parent: Int32Array;
  part: string[];
  /** Children by part, only for nodes that have had any. */
  kids: (Map<string, number> | undefined)[];
  /** Children in order of display; `stale` says that it must be sorted again. */
  order: (number[] | undefined)[];
  stale: Uint8Array;
  open: Uint8Array;
  /** A node's own change; kind 0: none, it is only a folder on the way to one. */
  kind: Uint8Array;
  aspects: Uint8Array;
  type: Uint8Array;
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
  /** How often a node's change was put: says that it has changed again. */
  puts: Uint32Array;
  /** When each node was made, in the caller's clock. */
  born: Float64Array;
  lastFolder: { path: string; id: number };
}

/** Returns an empty tree. */
export function createTree(capacity = 1024, judge: Judge = HOMELESS): Tree {
  const tree: Tree = {
    size: 1,
    dead: 0,
    parent: new Int32Array(capacity),
    part: [""],
    kids: [undefined],
    order: [undefined],
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
    born: new Float64Array(capacity),
    lastFolder: { path: "", id: ROOT },
  };
  tree.parent[ROOT] = -1;
  tree.type[ROOT] = DIRECTORY;
  tree.open[ROOT] = 1;
  tree.place[ROOT] = judge.root;
  return tree;
}

/** Adds a change, or replaces the one that its path had. Returns its node. */
export function putChange(tree: Tree, change: Change, now: number, openNew: boolean): number {
  const id = ensureNode(tree, change, now, openNew);
  let from: PathRef | undefined;
  if (change.from !== undefined) {
    from = { path: change.from };
    if (change.from_bytes !== undefined) from.path_bytes = change.from_bytes;
  }
  const { change: kind, type, mode } = change;
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

/** What a node keeps of its change. `size` is that of before for a deletion. */
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
  tree.puts[id]! += 1;
  tree.bytes[id] = facts.size;
  if (facts.from === undefined) tree.from.delete(id);
  else tree.from.set(id, facts.from);
  tree.program.set(id, facts.maker);
  setHints(tree, id, judgeChange(tree, id, facts));
  if (wasFolder !== isFolder(tree, id) && id !== ROOT) tree.stale[tree.parent[id]!] = 1;
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
    const next = tree.kids[id]?.get(part);
    if (next === undefined) return undefined;
    id = next;
  }
  return id;
}

/** Returns the parts of a node's path. */
export function nodeParts(tree: Tree, id: number): string[] {
  const parts: string[] = [];
  for (let at = id; at > ROOT; at = tree.parent[at]!) parts.push(tree.part[at]!);
  return parts.reverse();
}

/** Returns the path of a node as it crosses the wire. */
export function nodeRef(tree: Tree, id: number): PathRef {
  return partsToRef(nodeParts(tree, id));
}

/** Tells whether a node is shown as a folder. */
export function isFolder(tree: Tree, id: number): boolean {
  return (tree.kids[id]?.size ?? 0) > 0 || tree.type[id] === DIRECTORY;
}

/** Returns a folder's children in order of display: folders first, then by name. */
export function sortedKids(tree: Tree, id: number): readonly number[] {
  const order = tree.order[id];
  if (order === undefined) return [];
  if (tree.stale[id] === 0) return order;
  const { part } = tree;
  const kids = tree.kids[id];
  const live = order.filter((kid) => kids?.get(part[kid]!) === kid);
  const compare = (a: number, b: number): number => {
    const folders = Number(isFolder(tree, b)) - Number(isFolder(tree, a));
    if (folders !== 0) return folders;
    const left = part[a]!;
    const right = part[b]!;
    return left < right ? -1 : left > right ? 1 : 0;
  };
  // Rows mostly come in order: then there is nothing to sort.
  if (live.some((kid, place) => place > 0 && compare(live[place - 1]!, kid) > 0)) live.sort(compare);
  tree.order[id] = live;
  tree.stale[id] = 0;
  return live;
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
  let kids = tree.kids[parent];
  const found = kids?.get(part);
  if (found !== undefined) return found;
  const id = tree.size++;
  if (id >= tree.parent.length) grow(tree);
  tree.parent[id] = parent;
  tree.place[id] = tree.judge.step(tree.place[parent]!, part);
  tree.part.push(part);
  tree.kids.push(undefined);
  tree.order.push(undefined);
  tree.open[id] = openNew ? 1 : 0;
  tree.born[id] = now;
  if (kids === undefined) {
    kids = new Map();
    tree.kids[parent] = kids;
    tree.order[parent] = [];
  }
  if (kids.size === 0 && parent !== ROOT) tree.stale[tree.parent[parent]!] = 1;
  kids.set(part, id);
  tree.order[parent]!.push(id);
  tree.stale[parent] = 1;
  return id;
}

/** Takes out a node that carries nothing, and its folders for the same reason. A node with a mark stays. */
function prune(tree: Tree, from: number): void {
  let id = from;
  while (id !== ROOT && tree.kind[id] === 0 && tree.mark[id] === 0 && (tree.kids[id]?.size ?? 0) === 0) {
    const parent = tree.parent[id]!;
    const kids = tree.kids[parent]!;
    kids.delete(tree.part[id]!);
    tree.stale[parent] = 1;
    tree.toggled.delete(id);
    tree.dead++;
    if (tree.lastFolder.id === id) tree.lastFolder = { path: "", id: ROOT };
    if (kids.size === 0 && parent !== ROOT) tree.stale[tree.parent[parent]!] = 1;
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
  return tree.judge.judge(tree.place[id]!, { kind, type, mode, size, name: tree.part[id]! }, left);
}

function setHints(tree: Tree, id: number, hints: number): void {
  const changed = hints ^ tree.hints[id]!;
  for (let rest = changed; rest !== 0; rest &= rest - 1) {
    const bit = rest & -rest;
    tree.hintCounts[31 - Math.clz32(bit)]! += (hints & bit) === 0 ? -1 : 1;
  }
  tree.hints[id] = hints;
}

interface Own {
  total: number;
  created: number;
  deleted: number;
  flagged: number;
  weight: number;
}

/** Returns what a node's own change adds to the sums. Bytes count where content would reach the host. */
function own(tree: Tree, id: number): Own {
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

function addUpward(tree: Tree, id: number, before: Own, after: Own): void {
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

function grow(tree: Tree): void {
  const capacity = tree.parent.length * 2;
  const int = (old: Int32Array): Int32Array => enlarge(old, new Int32Array(capacity));
  const byte = (old: Uint8Array): Uint8Array => enlarge(old, new Uint8Array(capacity));
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
  tree.stale = byte(tree.stale);
  tree.open = byte(tree.open);
  tree.kind = byte(tree.kind);
  tree.aspects = byte(tree.aspects);
  tree.type = byte(tree.type);
  tree.mark = byte(tree.mark);
  tree.mode = enlarge(tree.mode, new Uint16Array(capacity));
  tree.puts = enlarge(tree.puts, new Uint32Array(capacity));
  tree.bytes = real(tree.bytes);
  tree.weight = real(tree.weight);
  tree.born = real(tree.born);
}

function enlarge<T extends { set(from: ArrayLike<number>): void }>(old: ArrayLike<number>, fresh: T): T {
  fresh.set(old);
  return fresh;
}
