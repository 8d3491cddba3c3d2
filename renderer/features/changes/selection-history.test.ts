import { afterAll, expect, it, vi } from "vitest";
import { changeOf } from "./tree.fixture.js";

vi.stubGlobal("window", { see: {} });
afterAll(() => vi.unstubAllGlobals());

const { useFeed } = await import("./feed-store.js");
const { matchTree, NO_FILTER } = await import("./filter-model.js");
const { canUndo, rememberChoice, undoChoice } = await import("./selection-history.js");
const { choose, chooseMatching } = await import("./selection-model.js");
const { putChange } = await import("./tree-model.js");
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
