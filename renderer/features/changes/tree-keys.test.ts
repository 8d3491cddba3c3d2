import { describe, expect, it } from "vitest";
import { buildOutline } from "./outline-model.js";
import { findByName, treeAction } from "./tree-keys.js";
import { changeOf } from "./tree.fixture.js";
import { putChange } from "./tree-model.js";
import { createTree } from "./tree.js";

const tree = createTree();
for (const path of ["/etc/hosts", "/usr/bin/apt", "/usr/bin/bash", "/usr/lib/libc"]) {
  putChange(tree, changeOf(path), 0, true);
}
const outline = buildOutline(tree, null, new Map());
// 0 etc, 1 hosts, 2 usr, 3 bin, 4 apt, 5 bash, 6 lib, 7 libc
const press = (key: string, row: number) =>
  treeAction(key, { tree, outline, matches: null, toggles: new Map(), row, page: 3 });

describe("keys in the tree", () => {
  it("go through the rows", () => {
    expect(press("ArrowDown", -1)).toEqual({ do: "go", row: 0 });
    expect(press("ArrowDown", 7)).toEqual({ do: "go", row: 7 });
    expect(press("ArrowUp", 0)).toEqual({ do: "go", row: 0 });
    expect(press("PageDown", 2)).toEqual({ do: "go", row: 5 });
    expect(press("PageUp", 2)).toEqual({ do: "go", row: 0 });
    expect(press("Home", 5)).toEqual({ do: "go", row: 0 });
    expect(press("End", 5)).toEqual({ do: "go", row: 7 });
  });

  it("open, close, choose and show", () => {
    expect(press("ArrowRight", 2)).toEqual({ do: "go", row: 3 });
    expect(press("ArrowLeft", 2)).toEqual({ do: "close", row: 2 });
    expect(press("ArrowLeft", 4)).toEqual({ do: "go", row: 3 });
    expect(press("ArrowRight", 4)).toBeUndefined();
    expect(press(" ", 4)).toEqual({ do: "choose", row: 4 });
    expect(press("Enter", 4)).toEqual({ do: "show", row: 4 });
    expect(press("Enter", 3)).toEqual({ do: "close", row: 3 });
    expect(press("x", 3)).toBeUndefined();
  });

  it("find by name round the end", () => {
    expect(findByName(tree, outline, 0, "B")).toBe(3);
    expect(findByName(tree, outline, 4, "ba")).toBe(5);
    expect(findByName(tree, outline, 5, "et")).toBe(0);
    expect(findByName(tree, outline, 0, "zz")).toBe(-1);
  });
});
