import { describe, expect, it } from "vitest";
import type { Summary } from "../../../protocol/src/change.js";
import { FeedReader } from "./feed-reader.js";
import { pathParts } from "./path-parts.js";
import { choose } from "./selection-model.js";
import { changeOf } from "./tree.fixture.js";
import { findNode } from "./tree-model.js";
import { ROOT } from "./tree.js";

const summary: Summary = {
  created: 0,
  modified: 0,
  deleted: 0,
  renamed: 0,
  replaced: 0,
  linked: 0,
  bytes: 0,
};
const settled = (live = false) => ({ event: "settled", watch: 1, revision: 1, total: 0, summary, live });
const rows = (...paths: string[]) => ({ event: "rows", watch: 1, rows: paths.map((path) => changeOf(path)) });
const read = (reader: FeedReader, ...events: unknown[]): FeedReader => {
  for (const event of events) reader.push(event);
  while (reader.busy) reader.work(0, () => 0, 1);
  return reader;
};

describe("the feed", () => {
  it("keeps which folders are not told whole until a picture says otherwise", () => {
    const cut = { ...settled(), unlisted: [{ path: "/deep" }], unlisted_more: 2 };
    const reader = read(new FeedReader(), { event: "reset", watch: 1 }, rows("/deep"), cut);
    expect(reader.settled).toMatchObject({ unlisted: [{ path: "/deep" }], unlisted_more: 2 });
    read(reader, settled());
    expect(reader.settled?.unlisted).toBeUndefined();
  });

  it("adds, replaces and removes", () => {
    const reader = read(new FeedReader(), { event: "reset", watch: 1 }, rows("/a", "/b"), settled(true));
    expect(reader.tree.total[ROOT]).toBe(2);
    expect(reader.settled?.live).toBe(true);
    read(reader, { event: "gone", watch: 1, paths: [{ path: "/a" }] }, rows("/b", "/c"), settled());
    expect(reader.tree.total[ROOT]).toBe(2);
    expect(findNode(reader.tree, ["a"])).toBeUndefined();
  });

  it("shows a first reading as it comes, and a later one when it is whole", () => {
    const reader = read(new FeedReader(), { event: "reset", watch: 1 }, rows("/a"));
    expect(reader.tree.total[ROOT]).toBe(1);
    read(reader, settled(), { event: "reset", watch: 1 }, rows("/b"));
    expect(findNode(reader.tree, ["a"])).toBeDefined();
    read(reader, settled());
    expect(findNode(reader.tree, ["a"])).toBeUndefined();
    expect(findNode(reader.tree, ["b"])).toBeDefined();
  });

  it("has news of a row that is told again as it was, and of all when they are read anew", () => {
    const reader = read(new FeedReader(), { event: "reset", watch: 1 }, rows("/a", "/b"), settled(true));
    const put = (name: string): number => reader.tree.puts[findNode(reader.tree, [name])!]!;
    const [a, b] = [put("a"), put("b")];
    read(reader, rows("/a"), settled(true));
    expect(put("a")).not.toBe(a);
    expect(put("b")).toBe(b);
    read(reader, { event: "reset", watch: 1 }, rows("/a", "/b"), settled());
    expect(put("b")).not.toBe(b);
  });

  it("keeps what the person chose and opened when it is read anew", () => {
    const reader = read(new FeedReader(), { event: "reset", watch: 1 }, rows("/log/a", "/bin/b"), settled());
    const log = findNode(reader.tree, ["log"]) ?? -1;
    choose(reader.tree, log, false);
    reader.tree.open[log] = 0;
    reader.tree.toggled.add(log);
    read(reader, { event: "reset", watch: 1 }, rows("/bin/b"), settled(), rows("/log/new"));
    expect(reader.tree.chosen[ROOT]).toBe(1);
    expect(reader.tree.open[findNode(reader.tree, ["log"]) ?? -1]).toBe(0);
  });

  it("works in slices and never loses its place", () => {
    const reader = new FeedReader();
    reader.push(rows(...Array.from({ length: 1000 }, (_, i) => `/d/${i}`)));
    let turns = 0;
    for (; reader.busy; turns++) reader.work(0, () => 2, 1);
    expect(turns).toBe(5);
    expect(reader.tree.total[ROOT]).toBe(1000);
  });

  it("refuses what the contract does not know", () => {
    const reader = new FeedReader();
    expect(() => reader.push({ event: "surprise", watch: 1 })).toThrow();
    reader.push({ event: "rows", watch: 1, rows: [{ path: 7 }] });
    expect(() => reader.work(0, () => 0, 1)).toThrow();
    expect(pathParts({ path: "/" })).toEqual([]);
  });
});
