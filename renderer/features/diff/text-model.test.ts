import { describe, expect, it } from "vitest";
import { compare, countEdits, LINE_LIMIT, showLines } from "./text-model.js";

const lines = (n: number, word = "line"): string[] => Array.from({ length: n }, (_, i) => `${word} ${i}`);

describe("showLines", () => {
  it("cuts long lines and says by how much", () => {
    const [line] = showLines("x".repeat(LINE_LIMIT + 1234));
    expect(line).toBe(`${"x".repeat(LINE_LIMIT)} … 1,234 more characters`);
  });

  it("shows what would hide or turn text", () => {
    expect(showLines("a\u202eb\u200bc\u001b[0m\td\r\n")).toEqual(["a‹U+202E›b‹U+200B›c‹U+001B›[0m\td␍"]);
  });

  it("does not make a line of the last line feed", () => {
    expect(showLines("a\n\n")).toEqual(["a", ""]);
    expect(showLines("")).toEqual([]);
  });
});

describe("compare", () => {
  it("finds equal texts equal", () => {
    expect(compare(lines(5), lines(5))).toEqual({ kind: "same" });
  });

  it("keeps only the neighbourhood of what differs", () => {
    const after = lines(50_000);
    after[25_000] = "changed";
    const result = compare(lines(50_000), after);
    expect(result).toMatchObject({ kind: "diff", skipped: 24_900 });
    if (result.kind === "diff") expect(result.before.split("\n")).toHaveLength(201);
  });

  it("gives up on texts that have nothing in common", () => {
    expect(compare(lines(5000, "a"), lines(5000, "b"))).toEqual({ kind: "apart" });
  });
});

describe("countEdits", () => {
  it("equals the plain dynamic program on random texts", () => {
    let seed = 7;
    const random = (n: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % n;
    };
    for (let round = 0; round < 200; round++) {
      const left = Array.from({ length: random(12) }, () => String(random(4)));
      const right = Array.from({ length: random(12) }, () => String(random(4)));
      expect(countEdits(left, right, 100)).toBe(naiveEdits(left, right));
    }
    expect(countEdits(lines(50, "a"), lines(50, "b"), 99)).toBeUndefined();
    expect(countEdits(lines(50, "a"), lines(50, "b"), 100)).toBe(100);
  });
});

function naiveEdits(left: string[], right: string[]): number {
  const common = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let i = 1; i <= left.length; i++) {
    for (let j = 1; j <= right.length; j++) {
      common[i]![j] =
        left[i - 1] === right[j - 1]
          ? common[i - 1]![j - 1]! + 1
          : Math.max(common[i - 1]![j]!, common[i]![j - 1]!);
    }
  }
  return left.length + right.length - 2 * common[left.length]![right.length]!;
}
