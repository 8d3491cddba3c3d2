import { describe, expect, it } from "vitest";
import type { Change } from "../../../protocol/src/change.js";
import { encodeBase64 } from "../../ui/escape.js";
import { Judge, ruleBit } from "../review/judge.js";
import { RULES } from "../review/rules.js";
import { matchTree, NO_FILTER, type Matches } from "./filter-model.js";
import { rowFacts } from "./row-model.js";
import { KINDS, kindCode } from "./kinds.js";
import { buildOutline, canOpen, openToFit, rowOf } from "./outline-model.js";
import { displayPart, pathParts } from "./path-parts.js";
import { choiceOf, choose, chooseMatching, chooseNeeded, selectionRequest } from "./selection-model.js";
import { compactTree } from "./tree-compact.js";
import { changeOf, seeded } from "./tree.fixture.js";
import { dropChange, findNode, nodeParts, nodeRef, putChange } from "./tree-model.js";
import { createTree, ROOT, type Tree } from "./tree.js";

const put = (tree: Tree, ...changes: Change[]): Tree => {
  for (const change of changes) putChange(tree, change, 0, true);
  return tree;
};
const at = (tree: Tree, path: string): number => findNode(tree, pathParts({ path })) ?? -1;
const labels = (tree: Tree): string[] => {
  const outline = buildOutline(tree, null, new Map());
  return Array.from({ length: outline.length }, (_, row) => {
    const parts = nodeParts(tree, outline.ids[row]!);
    const first = nodeParts(tree, outline.heads[row]!).length - 1;
    return "  ".repeat(outline.depths[row]!) + parts.slice(first).map(displayPart).join("/");
  });
};

describe("the tree", () => {
  it("sums folders up", () => {
    const tree = put(
      createTree(1),
      changeOf("/usr/bin/a", "created", { size: 5 }),
      changeOf("/usr/bin/b", "deleted", { size: 0, size_before: 9 }),
      changeOf("/usr/lib/c", "modified", { size: 7, aspects: ["content"] }),
      changeOf("/usr/lib/d", "modified", { size: 100, aspects: ["mode"] }),
    );
    const usr = at(tree, "/usr");
    expect([tree.total[usr], tree.created[usr], tree.deleted[usr], tree.weight[usr]]).toEqual([4, 1, 1, 12]);
    dropChange(tree, { path: "/usr/bin/b" });
    expect([tree.total[ROOT], tree.deleted[ROOT], tree.kindCounts[kindCode("deleted")]]).toEqual([3, 0, 0]);
  });

  it("replaces by path and forgets empty folders", () => {
    const tree = put(createTree(1), changeOf("/a/b/c"), changeOf("/a/b/c", "deleted"));
    expect([tree.total[ROOT], tree.created[ROOT], tree.deleted[ROOT]]).toEqual([1, 0, 1]);
    dropChange(tree, { path: "/a/b/c" });
    expect(at(tree, "/a")).toBe(-1);
    dropChange(tree, { path: "/never/there" });
    put(tree, changeOf("/a/b/d"));
    expect(labels(tree)).toEqual(["a/b", "  d"]);
  });

  it("draws chains of single folders as one row, folders first", () => {
    const tree = put(
      createTree(),
      changeOf("/usr/share/foo/z.txt"),
      changeOf("/usr/share/foo/sub/y"),
      changeOf("/etc/b"),
      changeOf("/etc/a", "modified"),
      changeOf("/opt", "created", { type: "directory" }),
      changeOf("/opt/x"),
    );
    expect(labels(tree)).toEqual([
      "etc",
      "  a",
      "  b",
      "opt",
      "  x",
      "usr/share/foo",
      "  sub",
      "    y",
      "  z.txt",
    ]);
    put(tree, changeOf("/usr/bin/tool"));
    expect(labels(tree).slice(5)).toEqual([
      "usr",
      "  bin",
      "    tool",
      "  share/foo",
      "    sub",
      "      y",
      "    z.txt",
    ]);
  });

  it("keeps names apart that are not UTF-8, and the root's own change", () => {
    const bytes = (last: number): string => encodeBase64(new Uint8Array([0x2f, 0x74, 0x2f, 0x61, last]));
    const tree = put(
      createTree(),
      changeOf("/t/a\ufffd", "created", { path_bytes: bytes(0xff) }),
      changeOf("/t/a\ufffd", "created", { path_bytes: bytes(0xfe) }),
      changeOf("/t/a\ufffd"),
      changeOf("/", "modified", { type: "directory", aspects: ["mode"] }),
    );
    expect(tree.total[ROOT]).toBe(4);
    expect(labels(tree)).toEqual(["", "t", "  a\\xfe", "  a\\xff", "  a\ufffd"]);
    const outline = buildOutline(tree, null, new Map());
    expect(nodeRef(tree, outline.ids[2]!)).toEqual({ path: "/t/a\ufffd", path_bytes: bytes(0xfe) });
    dropChange(tree, { path: "/t/a\ufffd", path_bytes: bytes(0xff) });
    expect(tree.total[ROOT]).toBe(3);
    expect(canOpen(tree, ROOT, null)).toBe(false);
  });

  it("opens a large tree level by level", () => {
    const tree = createTree();
    for (let i = 0; i < 50; i++) for (let j = 0; j < 50; j++) put(tree, changeOf(`/d${i}/e${j}/f`));
    openToFit(tree, 100);
    expect(buildOutline(tree, null, new Map()).length).toBe(50);
  });

  it("finds the row of what is closed away", () => {
    const tree = put(createTree(), changeOf("/a/b/c"), changeOf("/a/x"));
    tree.open[at(tree, "/a")] = 0;
    const outline = buildOutline(tree, null, new Map());
    expect(outline.length).toBe(1);
    expect(rowOf(tree, outline, at(tree, "/a/b/c"))).toBe(0);
    expect(rowOf(tree, outline, -1)).toBe(-1);
  });
});

describe("the choice", () => {
  it("holds for rows that come later", () => {
    const tree = put(createTree(), changeOf("/log/a"), changeOf("/bin/x"));
    choose(tree, at(tree, "/log"), false);
    put(tree, changeOf("/log/b"), changeOf("/bin/y"));
    expect(tree.chosen[ROOT]).toBe(2);
    expect(selectionRequest(tree)).toEqual({ skip: [{ path: "/log" }] });
    dropChange(tree, { path: "/log/a" });
    dropChange(tree, { path: "/log/b" });
    put(tree, changeOf("/log/c"));
    expect(choiceOf(tree, at(tree, "/log/c"), null)).toBe("none");
  });

  it("takes a created folder along with what is chosen in it", () => {
    const tree = put(
      createTree(),
      changeOf("/d", "created", { type: "directory" }),
      changeOf("/d/a"),
      changeOf("/d/b"),
    );
    choose(tree, ROOT, false);
    choose(tree, at(tree, "/d/a"), true);
    expect(choiceOf(tree, at(tree, "/d"), null)).toBe("some");
    expect(selectionRequest(tree)).toEqual({ skip: [{ path: "/d/b" }] });
    choose(tree, at(tree, "/d/a"), false);
    expect(tree.chosen[ROOT]).toBe(0);
  });

  it("asks for few paths when little is chosen of much", () => {
    const tree = createTree();
    for (let i = 0; i < 1000; i++) put(tree, changeOf(`/many/${i}`));
    choose(tree, ROOT, false);
    choose(tree, at(tree, "/many/7"), true);
    expect(selectionRequest(tree)).toEqual({ only: [{ path: "/many/7" }] });
    choose(tree, ROOT, true);
    expect(selectionRequest(tree)).toEqual({});
  });

  it("includes what is needed, and only that", () => {
    const tree = put(
      createTree(),
      changeOf("/new", "created", { type: "directory" }),
      changeOf("/new/a"),
      changeOf("/old"),
    );
    choose(tree, at(tree, "/new"), false);
    chooseNeeded(tree, [{ path: "/new" }, { path: "/gone" }]);
    expect(tree.chosen[ROOT]).toBe(2);
    expect(choiceOf(tree, at(tree, "/new/a"), null)).toBe("none");
  });

  it("changes under a filter only what is shown", () => {
    const tree = put(createTree(), changeOf("/a/x.log"), changeOf("/a/y.txt"), changeOf("/b/z.log"));
    const logs = matchTree(tree, { ...NO_FILTER, text: ".LOG" });
    if (logs === null) throw new Error("the filter shows everything");
    chooseMatching(tree, ROOT, false, logs);
    expect(tree.chosen[ROOT]).toBe(1);
    expect(choiceOf(tree, at(tree, "/a/y.txt"), null)).toBe("all");
  });
});

describe("a choice under a filter", () => {
  const matching = (tree: Tree, text: string): Matches => {
    const matches = matchTree(tree, { ...NO_FILTER, text });
    if (matches === null) throw new Error("the filter shows everything");
    return matches;
  };

  it.each([false, true])(
    "decides about no row that comes later, also where all there was is shown: %s",
    (chosen) => {
      const tree = put(createTree(), changeOf("/log/app/x.log"), changeOf("/log/y.log"), changeOf("/etc/a"));
      choose(tree, ROOT, !chosen);
      chooseMatching(tree, ROOT, chosen, matching(tree, ".log"));
      expect(choiceOf(tree, at(tree, "/log"), null)).toBe(chosen ? "all" : "none");
      put(tree, changeOf("/log/app/conf"), changeOf("/log/z.log"));
      for (const path of ["/log/app/conf", "/log/z.log"])
        expect(choiceOf(tree, at(tree, path), null)).toBe(chosen ? "none" : "all");
    },
  );

  it("takes a new folder that is shown with all it holds", () => {
    const tree = put(
      createTree(),
      changeOf("/d.log", "created", { type: "directory" }),
      changeOf("/d.log/a"),
    );
    chooseMatching(tree, ROOT, false, matching(tree, ".log"));
    expect(tree.chosen[ROOT]).toBe(0);
    expect(selectionRequest(tree)).toEqual({ only: [] });
  });
});

describe("what needs a look", () => {
  const judge = new Judge(["/home/ann"]);
  it("is counted for each folder and each rule, as changes come and go", () => {
    let tree = put(
      createTree(1, judge),
      changeOf("/home/ann/.bashrc"),
      changeOf("/home/ann/x"),
      changeOf("/etc/hosts"),
    );
    expect([tree.flagged[ROOT], tree.flagged[at(tree, "/home")]]).toEqual([2, 1]);
    expect(tree.hintCounts.reduce((sum, count) => sum + count)).toBe(2);
    dropChange(tree, { path: "/etc/hosts" });
    put(tree, changeOf("/home/ann/x", "created", { size: 1e9 }), changeOf("/home/ann/.bashrc", "deleted"));
    expect([tree.flagged[ROOT], tree.flagged[at(tree, "/home")]]).toEqual([2, 2]);
    ({ tree } = compactTree(tree));
    expect(tree.hintCounts[RULES.findIndex(({ id }) => id === "deletion")]).toBe(1);
    const shown = matchTree(tree, { ...NO_FILTER, hints: ruleBit("huge") });
    expect(shown?.total[ROOT]).toBe(1);
    expect(shown?.own[at(tree, "/home/ann/x")]).toBe(1);
  });
});

describe("the filter", () => {
  const tree = put(
    createTree(),
    changeOf("/usr/bin/Foo"),
    changeOf("/usr/lib/bar", "modified"),
    changeOf("/etc/foo/c"),
  );
  const shown = (text: string, kinds: number[] = []): string[] => {
    const matches = matchTree(tree, { ...NO_FILTER, text, kinds: new Set(kinds) });
    const outline = buildOutline(tree, matches, new Map());
    return Array.from({ length: outline.length }, (_, row) => nodeRef(tree, outline.ids[row]!).path);
  };
  it("looks at the whole path, in any case", () => {
    expect(shown("foo")).toEqual(["/etc/foo", "/etc/foo/c", "/usr/bin", "/usr/bin/Foo"]);
    expect(shown("usr/L")).toEqual(["/usr/lib", "/usr/lib/bar"]);
    expect(shown("", [kindCode("modified")])).toEqual(["/usr/lib", "/usr/lib/bar"]);
    expect(shown("nowhere")).toEqual([]);
    expect(matchTree(tree, NO_FILTER)).toBeNull();
  });

  it("keeps closed what was closed, also in a tree that was read anew and has other nodes", () => {
    const toggles = new Map([["/usr", false]]);
    const again = put(
      createTree(),
      changeOf("/etc/foo/c"),
      changeOf("/usr/lib/bar"),
      changeOf("/usr/bin/Foo"),
    );
    for (const each of [tree, again]) {
      const matches = matchTree(each, { ...NO_FILTER, text: "/" });
      const outline = buildOutline(each, matches, toggles);
      const rows = Array.from({ length: outline.length }, (_, row) => nodeRef(each, outline.ids[row]!).path);
      expect(rows).toEqual(["/etc/foo", "/etc/foo/c", "/usr"]);
    }
  });

  it("has folders count what is shown, and nothing else", () => {
    const matches = matchTree(tree, { ...NO_FILTER, text: "/usr" });
    const usr = at(tree, "/usr");
    expect(rowFacts(tree, usr, usr, matches).sums).toEqual({ created: 1, changed: 1, deleted: 0 });
    const foo = matchTree(tree, { ...NO_FILTER, text: "foo" });
    expect(rowFacts(tree, usr, usr, foo).sums).toEqual({ created: 1, changed: 0, deleted: 0 });
    expect(rowFacts(tree, usr, usr, foo).spoken).toContain("1 change");
    expect(rowFacts(tree, usr, usr, null).sums).toEqual({ created: 1, changed: 1, deleted: 0 });
  });
});

/** The same, thought through without any cleverness: a map of paths. */
class Naive {
  readonly rows = new Map<string, Change>();
  /** Chosen or not, by path, set on every path that lies at or below the one that was clicked. */
  readonly marks: { path: string; chosen: boolean }[] = [];

  below(path: string): Change[] {
    return [...this.rows.values()].filter((row) => within(row.path, path));
  }

  chosen(): string[] {
    const set = new Set<string>();
    for (const row of this.rows.values()) {
      const last = this.marks.filter((mark) => within(row.path, mark.path)).at(-1);
      if (last?.chosen ?? true) set.add(row.path);
    }
    for (const path of [...set]) {
      for (let up = path; up !== ""; up = up.slice(0, up.lastIndexOf("/")))
        if (this.rows.has(up)) set.add(up);
    }
    return [...set].sort();
  }
}

const within = (path: string, folder: string): boolean =>
  folder === "/" || path === folder || path.startsWith(`${folder}/`);

/** What a helper would commit for this request. */
function committed(rows: Iterable<string>, request: ReturnType<typeof selectionRequest>): string[] {
  return [...rows]
    .filter((path) => request.only === undefined || request.only.some((ref) => within(path, ref.path)))
    .filter((path) => !(request.skip ?? []).some((ref) => within(path, ref.path)))
    .sort();
}

describe("at random", () => {
  it("agrees with a plain map of paths, step by step", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seeded(seed);
      let tree = createTree(1);
      const naive = new Naive();
      const name = (): string => ["a", "b", "c", "long name", "é"][random(5)]!;
      const path = (): string => `/${Array.from({ length: 1 + random(4) }, name).join("/")}`;
      for (let step = 0; step < 120; step++) {
        const where = path();
        const what = random(10);
        if (what < 6) {
          const change = changeOf(where, KINDS[random(KINDS.length)]!, {
            type: random(3) === 0 ? "directory" : "file",
            size: random(100),
            aspects: random(2) === 0 ? ["content"] : ["mode"],
          });
          putChange(tree, change, step, random(2) === 0);
          naive.rows.set(where, change);
        } else if (what < 8) {
          dropChange(tree, { path: where });
          naive.rows.delete(where);
        } else {
          const id = at(tree, where);
          if (id !== -1) {
            const chosen = random(2) === 0;
            choose(tree, id, chosen);
            naive.marks.push({ path: where, chosen });
          }
        }
        if (random(20) === 0) ({ tree } = compactTree(tree));
        compareTrees(tree, naive, random);
      }
    }
  });
});

function compareTrees(tree: Tree, naive: Naive, random: (n: number) => number): void {
  expect(tree.total[ROOT]).toBe(naive.rows.size);
  for (const path of ["/", "/a", "/b/c", "/a/b/c"]) {
    const id = path === "/" ? ROOT : at(tree, path);
    const rows = naive.below(path);
    const count = (kind: string): number => rows.filter((row) => row.change === kind).length;
    expect(id === -1 ? 0 : tree.total[id]).toBe(rows.length);
    expect(id === -1 ? 0 : tree.created[id]).toBe(count("created"));
    expect(id === -1 ? 0 : tree.deleted[id]).toBe(count("deleted"));
  }
  const chosen = naive.chosen();
  expect(tree.chosen[ROOT]).toBe(chosen.length);
  if (random(10) !== 0) return;
  expect(committed(naive.rows.keys(), selectionRequest(tree))).toEqual(chosen);
  tree.open.fill(1, 0, tree.size);
  const outline = buildOutline(tree, null, new Map());
  const shown = Array.from(outline.ids.subarray(0, outline.length))
    .filter((id) => tree.kind[id] !== 0)
    .map((id) => nodeRef(tree, id).path);
  expect(shown.sort()).toEqual([...naive.rows.keys()].sort());
}
