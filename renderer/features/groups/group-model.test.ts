import { expect, test } from "vitest";
import { matchTree, NO_FILTER } from "../changes/filter-model.js";
import { changeOf } from "../changes/tree.fixture.js";
import { groupAt, rowOfGroup, rowOpening } from "../changes/outline-model.js";
import { chooseOnly } from "../changes/selection-model.js";
import { findNode, nodeParts, putChange } from "../changes/tree-model.js";
import { createTree, type Tree } from "../changes/tree.js";
import { groupChanges, memberBeside } from "./group-model.js";
import { groupedOutline } from "./group-outline.js";
import { OriginTable } from "./origin-table.js";

const PACKAGES = [
  { name: "hello", state: "installed" },
  { name: "bash", state: "kept" },
] as const;

function sample(): { tree: Tree; origins: OriginTable } {
  const tree = createTree();
  putChange(tree, changeOf("/usr/bin/hello", "created", { program: "/usr/bin/dpkg" }), 0, true);
  putChange(tree, changeOf("/usr/share/doc/hello", "created", { type: "directory" }), 0, true);
  putChange(tree, changeOf("/usr/share/doc/hello/notes", "created"), 0, true);
  putChange(tree, changeOf("/bin/bash", "modified"), 0, true);
  putChange(tree, changeOf("/home/ann/gone", "deleted"), 0, true);
  const origins = new OriginTable(tree, PACKAGES);
  origins.add([
    { path: "/usr/bin/hello", package: 0, time: "2026-01-01T10:00:01Z" },
    { path: "/usr/share/doc/hello", package: 0, time: "2026-01-01T10:00:02Z" },
    { path: "/usr/share/doc/hello/notes", package: 0, time: "2026-01-01T10:00:02Z" },
    { path: "/bin/bash", package: 1, time: "2026-01-01T10:00:58Z" },
    { path: "/not/there", package: 1 },
  ]);
  return { tree, origins };
}

const path = (tree: Tree, id: number): string => `/${nodeParts(tree, id).join("/")}`;
const told = (tree: Tree, groups: ReturnType<typeof groupChanges>): [string, string[]][] =>
  groups.map(({ title, members }) => [title, [...members].map((id) => path(tree, id))]);

test("every change is in one group, what belongs nowhere in the last", () => {
  const { tree, origins } = sample();
  expect(told(tree, groupChanges(tree, null, "package", origins))).toEqual([
    [
      "hello",
      ["/usr/share/doc/hello", "/usr/share/doc/hello/notes", "/usr/bin/hello"].toSorted(byTree(tree)),
    ],
    ["bash", ["/bin/bash"]],
    ["Of no package", ["/home/ann/gone"]],
  ]);
  expect(
    told(tree, groupChanges(tree, null, "program", null)).map(([title, paths]) => [title, paths.length]),
  ).toEqual([
    ["/usr/bin/dpkg", 1],
    ["By an unknown program", 4],
  ]);
  expect(told(tree, groupChanges(tree, null, "kind", null)).map(([title]) => title)).toEqual([
    "Created",
    "Changed",
    "Deleted",
  ]);
});

test("times are put together so that there are few groups, the earliest first", () => {
  const { tree, origins } = sample();
  const groups = groupChanges(tree, null, "time", origins);
  expect(groups.map(({ members }) => members.length)).toEqual([3, 1, 1]);
  expect(groups[0]!.title).toMatch(/00:00 – .*00:10$/);
  expect(groups[2]!.title).toBe("At an unknown time");
});

test("a filter holds for groups too", () => {
  const { tree, origins } = sample();
  const matches = matchTree(tree, { ...NO_FILTER, text: "hello" });
  expect(told(tree, groupChanges(tree, matches, "package", origins)).map(([title]) => title)).toEqual([
    "hello",
  ]);
});

test("choosing a group leaves all others as they are", () => {
  const { tree, origins } = sample();
  const of = (key: string) =>
    groupChanges(tree, null, "package", origins).find((group) => group.key === key)!;
  chooseOnly(tree, of("hello").members, false);
  expect([of("hello").chosen, of("bash").chosen]).toEqual([0, 1]);
  chooseOnly(tree, of("hello").members, true);
  expect(of("hello").chosen).toBe(3);
});

test("rows are heads and, below open ones, changes with their whole path", () => {
  const { tree, origins } = sample();
  const groups = groupChanges(tree, null, "package", origins);
  const outline = groupedOutline(groups, new Map([["bash", false]]), null);
  expect(outline.length).toBe(3 + 3 + 1);
  const place = { tree, outline, matches: null, toggles: new Map() };
  expect(groupAt(outline, 0)?.key).toBe("hello");
  expect(rowOpening(place, 0)).toBe(true);
  expect(rowOpening(place, 1)).toBeUndefined();
  const bash = rowOfGroup(outline, "bash");
  expect([bash, rowOpening(place, bash)]).toEqual([4, false]);
  expect(path(tree, outline.heads[1]!)).toBe("/usr/bin/hello");
});

test("from change to change in the order of the groups, also into closed ones", () => {
  const { tree, origins } = sample();
  const groups = groupChanges(tree, null, "package", origins);
  const last = groups[0]!.members.at(-1)!;
  expect(memberBeside(groups, last, 1)).toEqual({ group: groups[1], id: findNode(tree, ["bin", "bash"]) });
  expect(memberBeside(groups, groups[1]!.members[0]!, -1)?.id).toBe(last);
  expect(memberBeside(groups, groups[0]!.members[0]!, -1)).toBeUndefined();
  expect(memberBeside(groups, 0, 1)?.id).toBe(groups[0]!.members[0]);
});

test("a hundred thousand changes are put into groups within one look", () => {
  const tree = createTree();
  for (let n = 0; n < 100_000; n++) putChange(tree, changeOf(`/d${n % 300}/f${n}`), 0, false);
  const groups = groupChanges(tree, null, "kind", null);
  expect(groups[0]!.members.length).toBe(100_000);
  expect(groupedOutline(groups, new Map(), null).length).toBe(100_001);
});

/** Sorts paths as the tree shows them. */
function byTree(tree: Tree): (a: string, b: string) => number {
  const order = groupChanges(tree, null, "kind", null).flatMap(({ members }) =>
    [...members].map((id) => path(tree, id)),
  );
  return (a, b) => order.indexOf(a) - order.indexOf(b);
}
