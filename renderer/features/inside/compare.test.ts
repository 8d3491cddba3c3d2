import { expect, test } from "vitest";
import { compareReports } from "./compare.js";
import { type Report, reportOf } from "./report.js";

function report(facts: Record<string, string>, rows: readonly (readonly [string, string])[]): Report {
  return {
    ...reportOf("x"),
    facts: Object.entries(facts).map(([name, value]) => ({ name, value })),
    tables: [
      {
        title: "T",
        columns: ["K", "V"],
        rows: rows.map(([key, value]) => ({ key, cells: [key, value] })),
        more: 0,
      },
    ],
  };
}

test("what is new, gone and different", () => {
  const found = compareReports(
    report({ a: "1", b: "2", c: "3" }, [
      ["x", "1"],
      ["y", "2"],
      ["y", "3"],
    ]),
    report({ a: "1", b: "4", d: "5" }, [
      ["x", "1"],
      ["y", "2"],
      ["y", "4"],
      ["z", "6"],
    ]),
  );
  expect(found.facts.map(({ name, mark }) => [name, mark])).toEqual([
    ["a", "same"],
    ["b", "changed"],
    ["d", "added"],
    ["c", "removed"],
  ]);
  expect(found.tables[0]!.rows.map(({ mark, cells }) => [mark, cells.join(" | ")])).toEqual([
    ["same", "x | 1"],
    ["same", "y | 2"],
    ["changed", "y | 3 → 4"],
    ["added", "z | 6"],
  ]);
  expect(found.tables[0]!.differs).toBe(2);
});

test("one side alone differs from nothing", () => {
  const found = compareReports(undefined, report({ a: "1" }, [["x", "1"]]));
  expect(found.facts[0]).toMatchObject({ before: undefined, after: "1", mark: "same" });
  expect(found.tables[0]!.differs).toBe(0);
});
