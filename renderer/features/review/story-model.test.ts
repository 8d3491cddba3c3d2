import { describe, expect, it } from "vitest";
import type { Change } from "../../../protocol/src/change.js";
import { changeOf } from "../changes/tree.fixture.js";
import { putChange } from "../changes/tree-model.js";
import { createTree, type Tree } from "../changes/tree.js";
import { Judge } from "./judge.js";
import { story } from "./story-model.js";

function treeOf(changes: readonly Change[]): Tree {
  const tree = createTree(undefined, new Judge(["/home/ann"]));
  for (const change of changes) putChange(tree, change, 0, false);
  return tree;
}
const files = (folder: string, count: number): Change[] =>
  Array.from({ length: count }, (_, n) => changeOf(`${folder}/${n}`));

describe("the story of a session", () => {
  it("tells where new things went, what needs a look, and what is gone", () => {
    const tree = treeOf([
      changeOf("/usr/local/foo", "created", { type: "directory" }),
      ...files("/usr/local/foo/share", 411),
      changeOf("/home/ann/.bashrc", "modified"),
      ...["a", "b", "c"].map((name) => changeOf(`/usr/bin/${name}.png`)),
      changeOf("/home/ann/letter", "deleted"),
    ]);
    expect(story(tree)).toEqual([
      "put 411 new items into /usr/local/foo",
      "changed a shell start-up file",
      "left 3 files that are not programs in a folder of programs",
      "deleted 1 item",
    ]);
  });

  it("names two places when there are two, and neither when they are many", () => {
    expect(story(treeOf([...files("/opt/x", 40), ...files("/home/ann/y", 60)]))).toEqual([
      "put 60 new items into ~/y",
      "put 40 new items into /opt/x",
    ]);
    const many = ["a", "b", "c", "d"].flatMap((name) => files(`/srv/${name}`, 10));
    expect(story(treeOf(many))).toEqual(["put 40 new items into /srv"]);
    expect(story(treeOf(files("/home/ann", 2)))).toEqual(["put 2 new items into your home"]);
  });

  it("counts what it has no room for, and never leaves deletions out", () => {
    const tree = treeOf([
      ...["/etc/hosts", "/etc/passwd", "/etc/sudoers", "/etc/crontab", "/etc/ssl/x"].map((path) =>
        changeOf(path, "modified"),
      ),
      changeOf("/tmp/x", "deleted"),
    ]);
    expect(story(tree).slice(-2)).toEqual(["2 other things to look at", "deleted 1 item"]);
    expect(story(treeOf([]))).toEqual([]);
  });

  it("shows hostile names escaped", () => {
    expect(
      story(
        treeOf([changeOf("/srv/\u202ed", "created", { type: "directory" }), ...files("/srv/\u202ed", 2)]),
      )[0],
    ).toBe("put 2 new items into /srv/\\u{202e}d");
  });
});
