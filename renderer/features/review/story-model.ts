// What a session did, in a few plain words: where it put things, what of it deserves a look, what is gone. Pure.
import { displayPart, homeward } from "../changes/path-parts.js";
import { kindCode } from "../changes/kinds.js";
import { firstKid, kidAfter } from "../changes/tree-kids.js";
import { nodeParts } from "../changes/tree-model.js";
import { ROOT, type Tree } from "../changes/tree.js";
import { formatCount } from "../../../texts/format.js";
import { STORY } from "../../../texts/review.js";
import { RULES } from "./rules.js";

const CREATED = kindCode("created");
/** One goes on into the branches that hold at least so much each, while they hold so much together. */
const WORTH = 0.2;
const MOST = 0.8;
/** Places and reasons that are told; the list of what needs a look has all of them. */
const PLACES = 2;
const REASONS = 3;
/** More changes than these are told as very many. */
const MANY = 20_000;

/** Returns the parts of the story, the most important first; none when nothing happened. */
export function story(tree: Tree): string[] {
  const parts = newPlaces(tree).map(({ id, created }) =>
    id === ROOT ? STORY.created(created) : STORY.put(created, shownPlace(tree, id)),
  );
  const reasons = RULES.flatMap((rule, number) => {
    const count = tree.hintCounts[number]!;
    if (count === 0 || rule.id === "deletion") return [];
    return [count === 1 ? rule.says[0] : rule.says[1].replace("{n}", formatCount(count))];
  });
  const all = tree.total[ROOT]!;
  if (all > MANY) parts.push(STORY.many(all));
  parts.push(...reasons.slice(0, REASONS));
  if (reasons.length > REASONS) parts.push(STORY.others(reasons.length - REASONS));
  // Deletions are told whatever else there is.
  const deleted = tree.deleted[ROOT]!;
  if (deleted > 0) parts.push(STORY.deleted(deleted));
  return parts;
}

interface Place {
  id: number;
  created: number;
}

/** Returns the folders that most of what is new lies in, the fullest first. */
function newPlaces(tree: Tree): Place[] {
  return placesBelow(tree, ROOT)
    .map((id) => ({ id, created: tree.created[id]! - Number(tree.kind[id] === CREATED) }))
    .filter(({ created }) => created > 0)
    .toSorted((a, b) => b.created - a.created)
    .slice(0, PLACES);
}

function placesBelow(tree: Tree, id: number): number[] {
  // A folder that is new itself is the place: what is in it came with it.
  if (tree.kind[id] === CREATED) return [id];
  const created = tree.created[id]!;
  const branches: number[] = [];
  for (let kid = firstKid(tree, id); kid !== 0; kid = kidAfter(tree, kid)) {
    if (tree.created[kid]! >= created * WORTH) branches.push(kid);
  }
  const together = branches.reduce((sum, kid) => sum + tree.created[kid]!, 0);
  const folders = branches.every((kid) => tree.kidCount[kid]! > 0);
  if (created === 0 || !folders || together < created * MOST || branches.length > PLACES) return [id];
  return branches.flatMap((kid) => placesBelow(tree, kid));
}

/** A folder's path, short where it lies in the person's own home. */
function shownPlace(tree: Tree, id: number): string {
  const path = `/${nodeParts(tree, id).map(displayPart).join("/")}`;
  const shown = homeward(path, tree.judge.homes[0]);
  return shown === "~" ? STORY.home : shown;
}
