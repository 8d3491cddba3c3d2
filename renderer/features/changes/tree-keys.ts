// What keys mean in the tree. Pure: from where one is to where one goes, or what is done.
import { parentRow, rowName, rowOpening, type FilterToggles, type Outline } from "./outline-model.js";
import type { Matches } from "./filter-model.js";
import type { Tree } from "./tree.js";

export type TreeAction =
  { do: "go"; row: number } | { do: "open" | "close" | "choose" | "show" | "discard"; row: number };

export interface TreePlace {
  tree: Tree;
  outline: Outline;
  matches: Matches | null;
  toggles: FilterToggles;
  row: number;
  /** Rows on one page. */
  page: number;
}

/** Returns what this key does at this place; undefined when it is none of the tree's. */
export function treeAction(key: string, place: TreePlace): TreeAction | undefined {
  const { tree, outline, page } = place;
  const { length } = outline;
  if (length === 0) return undefined;
  const row = Math.min(Math.max(place.row, 0), length - 1);
  const go = (to: number): TreeAction => ({ do: "go", row: Math.min(Math.max(to, 0), length - 1) });
  const id = outline.ids[row]!;
  const opening = rowOpening(place, row);
  const open = opening === true;
  switch (key) {
    case "ArrowDown":
      return go(place.row < 0 ? 0 : row + 1);
    case "ArrowUp":
      return go(row - 1);
    case "Home":
      return go(0);
    case "End":
      return go(length - 1);
    case "PageDown":
      return go(row + page);
    case "PageUp":
      return go(row - page);
    case "ArrowRight":
      if (opening === undefined) return undefined;
      return open ? go(row + 1) : { do: "open", row };
    case "ArrowLeft": {
      if (open) return { do: "close", row };
      const parent = parentRow(outline, row);
      return parent === -1 ? undefined : go(parent);
    }
    case " ":
      return { do: "choose", row };
    case "Delete":
      return { do: "discard", row };
    case "Enter":
      if (id >= 0 && tree.kind[id] !== 0) return { do: "show", row };
      return opening !== undefined ? { do: open ? "close" : "open", row } : undefined;
    default:
      return undefined;
  }
}

/** Returns the next row after `from` (round the end) whose name begins with the text; -1: none. */
export function findByName(tree: Tree, outline: Outline, from: number, text: string): number {
  const needle = text.toLowerCase();
  for (let step = 0; step < outline.length; step++) {
    const row = (Math.max(from, 0) + step) % outline.length;
    if (rowName(tree, outline, row).toLowerCase().startsWith(needle)) return row;
  }
  return -1;
}
