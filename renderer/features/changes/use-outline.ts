// The rows to show, kept up to date with the tree, the filter and the person's toggles. What the person does
// shows at once; what the program does shows as often as the size of the tree allows.
import { useEffect, useRef, useState } from "react";
import { groupedOutline } from "../groups/group-outline.js";
import { groupChanges } from "../groups/group-model.js";
import { useGrouping } from "../groups/grouping-store.js";
import { useFeed } from "./feed-store.js";
import { matchTree, type Matches } from "./filter-model.js";
import { buildOutline, type Outline } from "./outline-model.js";
import { useReview } from "./review-store.js";
import type { Tree } from "./tree.js";

export interface View {
  tree: Tree;
  outline: Outline;
  matches: Matches | null;
}

/** Of the time, at most one part in so many goes into rows that nobody asked for. */
const SHARE = 6;

export function useOutline(): View {
  const { tree, version, touched, settled } = useFeed();
  const { filter, toggles } = useReview();
  const { by, toggles: groupToggles, allOpen, origins } = useGrouping();
  const [, wake] = useState(0);
  const last = useRef<{
    view: View;
    version: number;
    key: readonly unknown[];
    at: number;
    cost: number;
  } | null>(null);

  const key = [tree, touched, filter, toggles, settled, by, groupToggles, allOpen, origins];
  const now = performance.now();
  const { current } = last;
  const asked = current === null || key.some((part, place) => part !== current.key[place]);
  const due = current === null || now - current.at >= current.cost * SHARE;
  if (asked || (version !== current.version && due)) {
    const matches = matchTree(tree, filter);
    const known = origins?.tree === tree ? origins : null;
    const outline =
      by === "place"
        ? buildOutline(tree, matches, toggles)
        : groupedOutline(groupChanges(tree, matches, by, known), groupToggles, allOpen);
    const cost = performance.now() - now;
    last.current = { view: { tree, outline, matches }, version, key, at: now, cost };
  }
  const held = last.current !== null && last.current.version !== version;
  useEffect(() => {
    if (!held) return;
    const timer = setTimeout(() => wake((n) => n + 1), (last.current?.cost ?? 0) * SHARE);
    return () => clearTimeout(timer);
  }, [held, version]);

  return (last.current as NonNullable<typeof last.current>).view;
}
