import { afterAll, expect, it, vi } from "vitest";
import { changeOf } from "./tree.fixture.js";

vi.stubGlobal("window", { see: {} });
afterAll(() => vi.unstubAllGlobals());

const { useFeed } = await import("./feed-store.js");
const { matchTree, NO_FILTER } = await import("./filter-model.js");
const { canUndo, rememberChoice, undoChoice } = await import("./selection-history.js");
const { choose, chooseMatching, leftOut } = await import("./selection-model.js");
const { dropChange, putChange } = await import("./tree-model.js");
const { createTree, ROOT } = await import("./tree.js");

it("a choice of many changes is taken back, and those before it as long as there is room for them", () => {
  const tree = createTree();
  for (let n = 0; n < 40_000; n++) putChange(tree, changeOf(`/d/${n}`), 0, true);
  useFeed.setState({ session: "a", tree });
  const all = matchTree(tree, { ...NO_FILTER, text: "d" })!;
  for (const chosen of [false, true, false, true, false]) {
    rememberChoice();
    choose(tree, ROOT, !chosen);
    chooseMatching(tree, ROOT, chosen, all);
  }
  const counts: number[] = [];
  for (; canUndo(); undoChoice()) counts.push(tree.chosen[ROOT]!);
  expect(counts).toEqual([0, 40_000, 0]);
});

it("is taken back where its changes are by then: gone and back, or in a tree that was read anew", () => {
  const tree = createTree();
  for (const path of ["/d/a", "/d/b", "/d/c"]) putChange(tree, changeOf(path), 0, true);
  useFeed.setState({ session: "b", tree });
  chooseMatching(tree, ROOT, false, matchTree(tree, { ...NO_FILTER, text: "d/a" })!);
  rememberChoice();
  choose(tree, ROOT, true);
  dropChange(tree, { path: "/d/a" });
  putChange(tree, changeOf("/d/a"), 0, true);
  undoChoice();
  expect(leftOut(tree)).toEqual([{ path: "/d/a" }]);

  rememberChoice();
  choose(tree, ROOT, true);
  const anew = createTree();
  for (const path of ["/c", "/d/0", "/d/a", "/d/c"]) putChange(anew, changeOf(path), 0, true);
  useFeed.setState({ tree: anew });
  undoChoice();
  expect(leftOut(anew)).toEqual([{ path: "/d/a" }]);
  useFeed.setState({ session: "c", tree: createTree() });
  expect(canUndo()).toBe(false);
});
