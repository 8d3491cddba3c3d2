// What the person does to the tree: goes, opens, closes, chooses, shows. Changes the stores.
import { useFeed } from "./feed-store.js";
import { matchTree, type Filter, type Matches } from "./filter-model.js";
import { neighbour } from "./neighbour-model.js";
import { type Group, memberBeside } from "../groups/group-model.js";
import { useGrouping } from "../groups/grouping-store.js";
import { groupAt, isOpen } from "./outline-model.js";
import type { TreeAction } from "./tree-keys.js";
import { useDiscard } from "../review/discard-store.js";
import { useReview } from "./review-store.js";
import { rememberChoice } from "./selection-history.js";
import { choiceOf, choose, chooseMatching, chooseOnly } from "./selection-model.js";
import { sortedKids } from "./tree-kids.js";
import { findNode, nodeParts, nodeRef } from "./tree-model.js";
import { ROOT, type Tree } from "./tree.js";
import type { View } from "./use-outline.js";

/** Does what the person asked for at this row. */
export function runTreeAction(
  action: TreeAction,
  view: View,
  { readOnly, mayDiscard }: { readOnly: boolean; mayDiscard: boolean },
): void {
  const { tree, outline, matches } = view;
  const id = outline.ids[action.row];
  if (id === undefined) return;
  const group = groupAt(outline, action.row);
  if (group !== undefined) {
    runGroupAction(action, group, tree, readOnly);
    return;
  }
  switch (action.do) {
    case "go":
      useReview.getState().setCurrent(nodeParts(tree, id));
      return;
    case "show":
      useReview.getState().open(nodeRef(tree, id));
      return;
    case "open":
    case "close":
      setOpen(view, id, action.do === "open");
      return;
    case "discard": {
      const { session } = useFeed.getState();
      if (!mayDiscard || session === null) return;
      useDiscard.getState().ask(session, [nodeRef(tree, id)], tree.total[id]!);
      return;
    }
    case "choose": {
      if (readOnly) return;
      rememberChoice();
      const alone = outline.groups !== undefined;
      const chosen = alone ? tree.chosen[id] === tree.chosenBelow[id] : choiceOf(tree, id, matches) !== "all";
      // Without a folder there is no place for what lies in it.
      if (alone && chosen) chooseOnly(tree, Int32Array.of(id), true);
      else if (alone || matches === null) choose(tree, id, chosen);
      else chooseMatching(tree, id, chosen, matches);
      useFeed.getState().touch();
    }
  }
}

function runGroupAction(action: TreeAction, group: Group, tree: Tree, readOnly: boolean): void {
  switch (action.do) {
    case "go":
      useReview.getState().setGroup(group.key);
      return;
    case "open":
    case "close":
      useGrouping.getState().toggle(group.key, action.do === "open");
      return;
    case "choose":
      if (readOnly) return;
      rememberChoice();
      chooseOnly(tree, group.members, group.chosen < group.members.length);
      useFeed.getState().touch();
      return;
    case "show":
    case "discard":
      // A group is no change: it has nothing to show, and goes by what is left out.
      return;
  }
}

/** Puts in all that a filter shows, or leaves it out. */
export function chooseShown(tree: Tree, matches: Matches, chosen: boolean): void {
  rememberChoice();
  chooseMatching(tree, ROOT, chosen, matches);
  useFeed.getState().touch();
}

/** Opens or closes every folder, or every group. */
export function setAllOpen(tree: Tree, open: boolean): void {
  if (useGrouping.getState().by !== "place") {
    useGrouping.getState().setAllOpen(open);
    return;
  }
  for (let id = ROOT + 1; id < tree.size; id++) tree.open[id] = open ? 1 : 0;
  tree.toggled.clear();
  // A reading of the same session anew shall not open them by itself again.
  for (const id of sortedKids(tree, ROOT)) tree.toggled.add(id);
  useFeed.getState().touch();
}

/** Shows the change after or before the one in hand, wherever it is: folders on the way to it are opened. */
export function showNeighbour(view: View, direction: 1 | -1): void {
  const { tree, matches, outline } = view;
  const { current, toggles } = useReview.getState();
  const from = current === null ? ROOT : (findNode(tree, current) ?? ROOT);
  if (outline.groups !== undefined) {
    const beside = memberBeside(outline.groups, from, direction);
    if (beside === undefined) return;
    useGrouping.getState().toggle(beside.group.key, true);
    useReview.getState().setCurrent(nodeParts(tree, beside.id));
    useReview.getState().open(nodeRef(tree, beside.id));
    return;
  }
  const id = neighbour(tree, matches, from, direction);
  if (id === undefined) return;
  for (let at = tree.parent[id]!; at > ROOT; at = tree.parent[at]!) {
    if (!isOpen(tree, at, matches, toggles)) setOpen(view, at, true);
  }
  useReview.getState().setCurrent(nodeParts(tree, id));
  useReview.getState().open(nodeRef(tree, id));
}

/** Shows the first change that a filter lets through. */
export function showFirst(tree: Tree, filter: Filter): void {
  const id = neighbour(tree, matchTree(tree, filter), ROOT, 1);
  if (id === undefined) return;
  useReview.getState().setCurrent(nodeParts(tree, id));
  useReview.getState().open(nodeRef(tree, id));
}

function setOpen(view: View, id: number, open: boolean): void {
  if (view.matches !== null) {
    useReview.getState().toggle(nodeRef(view.tree, id), open);
    return;
  }
  view.tree.open[id] = open ? 1 : 0;
  view.tree.toggled.add(id);
  useFeed.getState().touch();
}
