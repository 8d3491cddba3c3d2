// Which nodes lie in which, and in what order they are shown. Knows nothing of changes.
import { DIRECTORY } from "./kinds.js";
import { ROOT, type Tree } from "./tree.js";

/** Makes a child of this name, which there is none of. The tree has room for it. */
export function addKid(tree: Tree, parent: number, name: string): number {
  tree.parent[tree.size] = parent;
  const id = tree.names.add(tree.parent, name);
  tree.size += 1;
  const last = tree.lastKid[parent]!;
  tree.nextKid[id] = last === 0 ? id : tree.nextKid[last]!;
  if (last !== 0) tree.nextKid[last] = id;
  tree.lastKid[parent] = id;
  tree.kidCount[parent]! += 1;
  if (tree.kidCount[parent] === 1) isOtherwise(tree, parent);
  tree.stale[parent] = 1;
  return id;
}

/** Takes a child out, which has none itself. */
export function removeKid(tree: Tree, id: number): void {
  const parent = tree.parent[id]!;
  tree.names.remove(tree.parent, id);
  tree.gone[id] = 1;
  tree.dead += 1;
  tree.kidCount[parent]! -= 1;
  tree.stale[parent] = 1;
  if (tree.kidCount[parent] !== 0) return;
  tree.lastKid[parent] = 0;
  isOtherwise(tree, parent);
}

/** What is shown as a folder has a place of its own among its siblings. */
export function isOtherwise(tree: Tree, id: number): void {
  if (id !== ROOT) tree.stale[tree.parent[id]!] = 1;
}

/** Returns the child of this name; 0 when there is none. */
export function kidNamed(tree: Tree, parent: number, name: string): number {
  return tree.names.find(tree.parent, parent, name);
}

/** Returns a node's first child, in no order that means anything; 0 when it has none. */
export function firstKid(tree: Tree, id: number): number {
  const last = tree.lastKid[id]!;
  if (last === 0) return 0;
  const first = tree.nextKid[last]!;
  return tree.gone[first] === 1 ? kidAfter(tree, first) : first;
}

/** Returns the child after this one; 0 after the last. */
export function kidAfter(tree: Tree, kid: number): number {
  const last = tree.lastKid[tree.parent[kid]!]!;
  for (let at = kid; at !== last;) {
    at = tree.nextKid[at]!;
    if (tree.gone[at] === 0) return at;
  }
  return 0;
}

/** Tells whether a node is shown as a folder. */
export function isFolder(tree: Tree, id: number): boolean {
  return tree.kidCount[id]! > 0 || tree.type[id] === DIRECTORY;
}

/** Returns a folder's children in order of display: folders first, then by name. */
export function sortedKids(tree: Tree, id: number): readonly number[] {
  const kids: number[] = [];
  for (let kid = firstKid(tree, id); kid !== 0; kid = kidAfter(tree, kid)) kids.push(kid);
  if (tree.stale[id] === 0) return kids;
  const compare = (a: number, b: number): number =>
    Number(isFolder(tree, b)) - Number(isFolder(tree, a)) || tree.names.compare(a, b);
  // Rows mostly come in order: then there is nothing to sort.
  if (kids.some((kid, place) => place > 0 && compare(kids[place - 1]!, kid) > 0)) kids.sort(compare);
  // The ring is closed from its end, and what is dead is left out of it.
  let next = kids[0] ?? 0;
  for (let place = kids.length - 1; place >= 0; place--) {
    tree.nextKid[kids[place]!] = next;
    next = kids[place]!;
  }
  tree.lastKid[id] = kids.at(-1) ?? 0;
  tree.stale[id] = 0;
  return kids;
}
