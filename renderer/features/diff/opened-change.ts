// What the tree says of the change in hand, and the views that can show it. Pure.
import type { Change } from "../../../protocol/src/change.js";
import type { Description } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { aspectsOf, kindOf, TYPES } from "../changes/kinds.js";
import { pathParts } from "../changes/path-parts.js";
import type { Maker } from "../changes/program-column.js";
import { findNode } from "../changes/tree-model.js";
import type { Tree } from "../changes/tree.js";
import { viewsOf, type Views } from "./view-model.js";

export type OpenedChange = Pick<Change, "change" | "aspects" | "type" | "size"> & {
  from: PathRef | undefined;
  maker: Maker | undefined;
  hints: number;
};

/** Returns the change of a path; null when it has none. */
export function changeAt(tree: Tree, path: PathRef): OpenedChange | null {
  const id = findNode(tree, pathParts(path));
  const kind = id === undefined ? undefined : kindOf(tree.kind[id]!);
  if (id === undefined || kind === undefined) return null;
  return {
    change: kind,
    aspects: aspectsOf(tree.aspects[id]!),
    type: TYPES[tree.type[id]!] ?? "file",
    size: tree.bytes[id]!,
    from: tree.from.get(id),
    maker: tree.program.get(id),
    hints: tree.hints[id]!,
  };
}

/** How many changes there are at and below a path. */
export function changesAt(tree: Tree, path: PathRef): number {
  const id = findNode(tree, pathParts(path));
  return id === undefined ? 0 : tree.total[id]!;
}

/** Returns the views that can show a change. */
export function viewsOfChange(
  change: OpenedChange | null,
  description: Description,
  { path }: PathRef,
): Views {
  return viewsOf(description, change?.aspects ?? [], change?.change === "modified", path);
}
