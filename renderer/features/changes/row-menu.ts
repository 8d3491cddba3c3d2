// What can be done with a row of the tree: what the buttons beside its change do, at the pointer or by the Menu key.
import { see } from "../../see.js";
import { useRoute } from "../../route-store.js";
import { displayPath } from "../../ui/escape.js";
import type { MenuItem } from "../../ui/menu.js";
import { CONFLICT_TEXTS } from "../../../texts/conflicts.js";
import { TEXTS } from "../../../texts/changes.js";
import { TEXTS as DIFF_TEXTS } from "../../../texts/diff.js";
import { TEXTS as REVIEW_TEXTS } from "../../../texts/review.js";
import { changeActions, type FileSides } from "../review/actions.js";
import { kindOf, TYPES } from "./kinds.js";
import { choiceOf } from "./selection-model.js";
import { groupAt } from "./outline-model.js";
import { nodeRef } from "./tree-model.js";
import { runTreeAction } from "./tree-actions.js";
import type { Tree } from "./tree.js";
import type { View } from "./use-outline.js";

export interface RowMenu {
  label: string;
  items: MenuItem[];
}

/** Returns the menu of a row. */
export function rowMenu(
  view: View,
  row: number,
  session: string,
  allowed: { readOnly: boolean; mayDiscard: boolean },
): RowMenu | null {
  const { tree, outline, matches } = view;
  const id = outline.ids[row];
  if (id === undefined) return null;
  const act = (what: "choose" | "discard") => (): void => runTreeAction({ do: what, row }, view, allowed);
  const choice = (chosen: boolean): MenuItem[] =>
    allowed.readOnly
      ? []
      : [
          chosen
            ? { label: TEXTS.leaveOut, icon: "abort", run: act("choose") }
            : { label: TEXTS.putIn, icon: "check", run: act("choose") },
        ];
  const group = groupAt(outline, row);
  if (group !== undefined) {
    const items = choice(group.chosen === group.members.length);
    return items.length === 0 ? null : { label: group.title, items };
  }
  const path = nodeRef(tree, id);
  const alone = outline.groups !== undefined;
  const chosen = alone ? tree.chosen[id] !== tree.chosenBelow[id] : choiceOf(tree, id, matches) === "all";
  const atRest = allowed.mayDiscard;
  return {
    label: displayPath(path),
    items: [
      ...choice(chosen),
      ...(tree.kind[id] === 0 ? [] : changeActions({ session, path, files: filesAt(tree, id), atRest })),
      { label: DIFF_TEXTS.copyPath, icon: "copy", run: () => void see.copyText(displayPath(path)) },
      { label: CONFLICT_TEXTS.ignoreMore, icon: "hide", run: () => useRoute.getState().askIgnore(path) },
      ...(atRest
        ? [{ label: REVIEW_TEXTS.discardThis, icon: "trash", run: act("discard") } satisfies MenuItem]
        : []),
    ],
  };
}

/** Of which sides there is a file, as far as the tree alone can tell: what was replaced may have been anything. */
function filesAt(tree: Tree, id: number): FileSides {
  const kind = kindOf(tree.kind[id]!);
  const isFile = TYPES[tree.type[id]!] === "file";
  return {
    before: isFile && (kind === "modified" || kind === "deleted" || kind === "renamed"),
    after: isFile && kind !== "deleted",
  };
}
