// Groups of changes as rows: a head for each group, and below open ones their changes, each with its whole path. Pure.
import { RowList, type Outline } from "../changes/outline-model.js";
import { ROOT } from "../changes/tree.js";
import type { Group } from "./group-model.js";

/** Groups are open by themselves while all of their changes together are no more than this. */
const OPEN_WHILE = 300;

/** Returns the rows of these groups. */
export function groupedOutline(
  groups: readonly Group[],
  toggles: ReadonlyMap<string, boolean>,
  allOpen: boolean | null,
): Outline {
  const all = groups.reduce((sum, { members }) => sum + members.length, 0);
  const usual = allOpen ?? (groups.length === 1 || all <= OPEN_WHILE);
  const rows = new RowList(4096);
  for (const [place, { key, members }] of groups.entries()) {
    rows.add(-1 - place, ROOT, 0, place + 1, groups.length);
    if (!(toggles.get(key) ?? usual)) continue;
    for (const [at, id] of members.entries()) rows.add(id, id, 1, at + 1, members.length);
  }
  return { ...rows.done(), groups };
}
