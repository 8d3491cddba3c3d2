import { describe, expect, it } from "vitest";
import type { FeedWalk } from "../../../protocol/src/change.js";
import { changeOf } from "./tree.fixture.js";
import { findNode, nodeRef, putChange } from "./tree-model.js";
import { createTree, ROOT, type Tree } from "./tree.js";
import { WalkReader } from "./walk-reader.js";

const WALK: FeedWalk = {
  event: "walk",
  watch: 1,
  count: 4,
  walk: "opt/opt//a//x/../y/../etc//hosts",
  kinds: "A*3 D",
  aspects: "-*3 content+mode",
  types: "directory file*3",
  sizes: "0 7*2 180",
  modes: "493 420*3",
  by: "-*2 0*2",
  programs: [{ program: "/usr/bin/perl", program_id: 3 }],
};

const read = (walk: FeedWalk, limit = 1): Tree => {
  const tree = createTree(1);
  const reader = new WalkReader(walk);
  for (let turns = 0; !reader.read(tree, 0, limit, () => true); turns++)
    if (turns > 20) throw new Error("endless");
  return tree;
};

const facts = (tree: Tree): unknown[] =>
  Array.from({ length: tree.size }, (_, id) => [
    nodeRef(tree, id).path,
    ...[tree.kind, tree.aspects, tree.type, tree.mode, tree.bytes, tree.total, tree.weight].map(
      (each) => each[id],
    ),
    tree.program.get(id)?.program,
  ]);

describe("a walk", () => {
  it("says what as many rows say, however it is cut", () => {
    const rows = createTree(1);
    putChange(rows, changeOf("/opt", "created", { type: "directory", size: 0, mode: 0o755 }), 0, true);
    putChange(rows, changeOf("/opt/a/x", "created", { size: 7 }), 0, true);
    putChange(rows, changeOf("/opt/y", "created", { size: 7, program: "/usr/bin/perl" }), 0, true);
    const gone = {
      size: 0,
      size_before: 180,
      aspects: ["content", "mode"] as const,
      program: "/usr/bin/perl",
    };
    putChange(rows, changeOf("/etc/hosts", "deleted", { ...gone, aspects: [...gone.aspects] }), 0, true);
    for (const limit of [1, 3, 1000]) expect(facts(read(WALK, limit))).toEqual(facts(rows));
  });

  it("adds to what is there, and replaces", () => {
    const tree = read(WALK);
    const again = new WalkReader({
      ...WALK,
      count: 1,
      walk: "etc//hosts",
      kinds: "M",
      aspects: "content",
      types: "file",
      sizes: "1",
      modes: "0",
      by: "-",
    });
    expect(again.read(tree, 0, 10, () => true)).toBe(true);
    expect([tree.total[ROOT], tree.deleted[ROOT]]).toEqual([4, 0]);
    expect(tree.program.get(findNode(tree, ["etc", "hosts"]) ?? -1)).toBeUndefined();
  });

  it("is refused when it is not what the contract says", () => {
    const bad: Partial<FeedWalk>[] = [
      { walk: "../x" },
      { walk: "opt/../../x" },
      { walk: "/x" },
      { walk: "" },
      { count: 5 },
      { count: 3 },
      { kinds: "A*3" },
      { kinds: "A*3 Z" },
      { kinds: "A*x D" },
      { kinds: "A*0 D*4" },
      { aspects: "-*3 content+colour" },
      { types: "folder file*3" },
      { sizes: "-1 7*2 180" },
      { modes: "493 4200000*3" },
      { by: "-*2 1*2" },
    ];
    for (const part of bad) expect(() => read({ ...WALK, ...part }), JSON.stringify(part)).toThrow();
  });
});
