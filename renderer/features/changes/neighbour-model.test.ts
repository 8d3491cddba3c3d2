import { describe, expect, it } from "vitest";
import { matchTree, NO_FILTER } from "./filter-model.js";
import { neighbour } from "./neighbour-model.js";
import { changeOf, seeded } from "./tree.fixture.js";
import { nodeRef, putChange } from "./tree-model.js";
import { createTree, ROOT } from "./tree.js";
import { buildOutline } from "./outline-model.js";

describe("neighbours", () => {
  it("follow the order of the rows, there and back, with closed folders and filters", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seeded(seed);
      const tree = createTree(1);
      for (let i = 0; i < 25; i++) {
        const path = `/${Array.from({ length: 1 + random(3) }, () => "abc"[random(3)]).join("/")}`;
        putChange(tree, changeOf(path, "created", { type: random(2) === 0 ? "file" : "directory" }), 0, true);
      }
      const matches = random(2) === 0 ? null : matchTree(tree, { ...NO_FILTER, text: "b" });
      const outline = buildOutline(tree, matches, new Map());
      const rows = Array.from(outline.ids.subarray(0, outline.length)).filter((id) =>
        matches === null ? tree.kind[id] !== 0 : matches.own[id] === 1,
      );
      tree.open.fill(0);

      const forth: number[] = [];
      for (
        let id = neighbour(tree, matches, ROOT, 1);
        id !== undefined;
        id = neighbour(tree, matches, id, 1)
      ) {
        forth.push(id);
      }
      expect(forth.map((id) => nodeRef(tree, id).path)).toEqual(rows.map((id) => nodeRef(tree, id).path));
      const back: number[] = [];
      for (let id = rows.at(-1); id !== undefined; id = neighbour(tree, matches, id, -1)) back.push(id);
      expect(back.reverse()).toEqual(rows);
    }
  });
});
