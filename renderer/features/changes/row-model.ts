// What a row of the tree says, to the eye and to the ear. Pure.
import { formatBytes, formatMany } from "../../../texts/format.js";
import type { Matches } from "./filter-model.js";
import { aspectsOf, kindOf, TYPES } from "./kinds.js";
import { ASPECT_WORDS, KIND_WORDS, TYPE_WORDS } from "../../../texts/kinds.js";
import { displayPath } from "../../ui/escape.js";
import { displayPart, homeward } from "./path-parts.js";
import { choiceOf, type Choice } from "./selection-model.js";
import { rulesOf } from "../review/judge.js";
import { TEXTS } from "../../../texts/changes.js";
import { nodeParts } from "./tree-model.js";
import { ROOT, type Tree } from "./tree.js";

export interface RowFacts {
  /** Folders that are drawn on this row before its name, with slashes. */
  chain: string;
  name: string;
  path: string;
  /** What it is, where the row does not show it anyhow. */
  type: string | undefined;
  tags: string[];
  /** Why the change deserves a look, and how many of those below it do. */
  reasons: string[];
  flagged: number;
  /** Where a renamed or linked object was: its folder, empty when it is the same one, its name, the whole of it. */
  from: { chain: string; name: string; path: string } | undefined;
  /** Counts below a folder; undefined for what holds nothing. */
  sums: { created: number; changed: number; deleted: number } | undefined;
  size: number | undefined;
  choice: Choice;
  /** The row as it is read out. */
  spoken: string;
}

export const CHOICE_WORDS: Readonly<Record<Choice, string>> = {
  all: TEXTS.selected,
  some: TEXTS.partly,
  none: TEXTS.notSelected,
};

/** Returns what the row of this node says; `alone`, when it stands for its own change and not for what lies below. */
export function rowFacts(
  tree: Tree,
  id: number,
  head: number,
  matches: Matches | null,
  alone = false,
): RowFacts {
  const kind = kindOf(tree.kind[id]!);
  const aspects = aspectsOf(tree.aspects[id]!);
  const type = TYPES[tree.type[id]!] ?? "file";
  // While a filter holds, all sums are of what it shows: the box acts on that, too.
  const sums = matches ?? tree;
  const own = kind !== undefined && (matches === null || matches.own[id] === 1);
  const created = sums.created[id]! - Number(own && kind === "created");
  const deleted = sums.deleted[id]! - Number(own && kind === "deleted");
  const inside = sums.total[id]! - Number(own);
  const holds = !alone && inside > 0;
  const ownChoice = tree.chosen[id] === tree.chosenBelow[id] ? "none" : "all";
  const choice = alone ? ownChoice : choiceOf(tree, id, matches);
  const path = `/${nodeParts(tree, id).map(displayPart).join("/")}`;
  const name = id === ROOT ? "/" : displayPart(tree.names.get(id));
  const size = kind !== undefined && type === "file" ? tree.bytes[id]! : undefined;
  const tags = kind === "modified" || kind === "renamed" ? tagsOf(aspects) : [];
  // Files are what one expects, and a folder that holds something is seen to.
  const isSaid = kind !== undefined && type !== "file" && !holds;
  const rules = rulesOf(tree.hints[id]!);
  const spoken = [
    name,
    kind === undefined ? TYPE_WORDS.directory : `${KIND_WORDS[kind]} ${TYPE_WORDS[type]}`,
    ...(rules.length === 0 ? [] : [TEXTS.needsLook(rules.map((rule) => rule.name).join(", "))]),
    ...tags,
    ...(size === undefined ? [] : [formatBytes(size)]),
    ...(holds ? [formatMany(inside, "change")] : []),
    CHOICE_WORDS[choice],
  ].join(", ");
  return {
    chain: alone ? homeward(path, tree.judge.homes[0]).slice(0, -name.length) : chainOf(tree, id, head),
    name,
    path,
    type: isSaid ? TYPE_WORDS[type] : undefined,
    tags,
    reasons: rules.map((rule) => rule.reason),
    flagged: alone ? 0 : sums.flagged[id]! - Number(own && rules.length > 0),
    from: fromOf(tree, id, path),
    sums: holds ? { created, changed: inside - created - deleted, deleted } : undefined,
    size,
    choice,
    spoken,
  };
}

/** Content is what a change is about; only what differs beside it is worth a mark. */
function tagsOf(aspects: ReturnType<typeof aspectsOf>): string[] {
  const beside = aspects.filter((aspect) => aspect !== "content" && aspect !== "times");
  if (beside.length === 0 && !aspects.includes("content") && aspects.includes("times"))
    return [ASPECT_WORDS.times];
  return beside.map((aspect) => ASPECT_WORDS[aspect]);
}

function fromOf(tree: Tree, id: number, to: string): RowFacts["from"] {
  const ref = tree.from.get(id);
  if (ref === undefined) return undefined;
  const path = displayPath(ref);
  const cut = path.lastIndexOf("/") + 1;
  const same = path.slice(0, cut) === to.slice(0, to.lastIndexOf("/") + 1);
  const chain = same ? "" : homeward(path, tree.judge.homes[0]).slice(0, cut - path.length);
  return { chain, name: path.slice(cut), path };
}

function chainOf(tree: Tree, id: number, head: number): string {
  let chain = "";
  for (let at = id; at !== head && at > ROOT;) {
    at = tree.parent[at]!;
    chain = `${displayPart(tree.names.get(at))}/${chain}`;
  }
  // Where a path begins, it begins with a slash.
  return head !== ROOT && tree.parent[head] === ROOT ? `/${chain}` : chain;
}
