import { describe, expect, it } from "vitest";
import {
  compare,
  countEdits,
  LINE_LIMIT,
  lineEnds,
  sameness,
  showBoth,
  showLines,
  type Part,
} from "./text-model.js";

const lines = (n: number, word = "line"): string[] => Array.from({ length: n }, (_, i) => `${word} ${i}`);

describe("showLines", () => {
  it("cuts long lines and says by how much", () => {
    const [line] = showLines("x".repeat(LINE_LIMIT + 1234));
    expect(line).toBe(`${"x".repeat(LINE_LIMIT)} … 1,234 more characters`);
  });

  it("shows what would hide or turn text", () => {
    expect(showLines("a\u202eb\u200bc\u001b[0m\td\re\n")).toEqual([
      "a‹\\u{202e}›b‹\\u{200b}›c‹\\u{1b}›[0m\td‹\\r›e",
    ]);
  });

  it("leaves a picture sign its colours, and shows what hides behind other signs", () => {
    expect(showLines("\u26a0\ufe0f a\ufe0f\u3164\u{e0100}\u2800")).toEqual([
      "\u26a0\ufe0f a‹\\u{fe0f}›‹\\u{3164}›‹\\u{e0100}›‹\\u{2800}›",
    ]);
  });

  it("shows the end of a line only where most others are different", () => {
    expect(showLines("a\r\nb\r\nc")).toEqual(["a", "b", "c"]);
    expect(showLines("a\r\nb\nc\r\n")).toEqual(["a", "b‹\\n›", "c"]);
    expect(showLines("a\nb\r\nc\n")).toEqual(["a", "b‹\\r›", "c"]);
    expect(showLines("a\r")).toEqual(["a‹\\r›"]);
    expect(["a\r\nb\r\n", "a\nb\n", "a\r", ""].map(lineEnds)).toEqual(["windows", "unix", "none", "none"]);
  });

  it("does not make a line of the last line feed", () => {
    expect(showLines("a\n\n")).toEqual(["a", ""]);
    expect(showLines("")).toEqual([]);
  });
});

describe("showBoth", () => {
  const long = (end: string): string => `${"x".repeat(LINE_LIMIT)}${end}`;

  it("shows lines that differ in what is cut off as different, and equal ones as equal", () => {
    const [before, after] = showBoth(
      `${long("a")}\nsame\n${long("b")}\n`,
      `${long("c")}\nsame\n${long("b")}\n`,
    );
    expect(after[0]).not.toBe(before[0]);
    expect(after.slice(1)).toEqual(before.slice(1));
    expect(before[0]).toBe(showLines(long("a"))[0]);
    expect(compare(before, after)).toMatchObject({ kind: "diff" });
    const [mixed, plain] = showBoth(`a\nb\n${long("c")}\r\n`, `a\nb\n${long("c")}\n`);
    expect(mixed[2]).not.toBe(plain[2]);
  });
});

describe("sameness", () => {
  const whole = (text: string): Part => {
    const bytes = new TextEncoder().encode(text);
    return { bytes, size: bytes.length };
  };
  const raw = (...bytes: number[]): Part => ({ bytes: Uint8Array.from(bytes), size: bytes.length });
  const shown = ({ bytes }: Part): string[] => showLines(new TextDecoder().decode(bytes));

  it("is the same only when every byte of both is", () => {
    expect(sameness(whole("a\nb\n"), whole("a\nb\n"))).toBe("same");
    expect(sameness(whole(""), whole(""))).toBe("same");
    expect(sameness(whole("a"), whole("b"))).toBe("different");
  });

  const long = "x".repeat(LINE_LIMIT);
  it.each<[string, Part, Part]>([
    ["the end of a long line", whole(`${long}abc`), whole(`${long}abd`)],
    ["a last line feed", whole("a\nb"), whole("a\nb\n")],
    ["a byte order mark", whole("a"), raw(0xef, 0xbb, 0xbf, 0x61)],
    ["bytes that are not UTF-8", raw(0x61, 0xff), raw(0x61, 0xfe)],
    ["a character and the sign that stands for it", whole("\u202e"), whole("‹\\u{202e}›")],
    ["the ends of lines", whole("a\nb\n"), whole("a\r\nb\r\n")],
  ])("sees a difference that lines do not show: %s", (_, before, after) => {
    expect(compare(shown(before), shown(after))).toEqual({ kind: "alike" });
    expect(sameness(before, after)).toBe("different");
  });

  it("does not take the same beginning for the same file", () => {
    const { bytes } = whole("abc");
    expect(sameness({ bytes, size: 9 }, { bytes, size: 9 })).toBe("start");
    expect(sameness({ bytes, size: 3 }, { bytes, size: 9 })).toBe("start");
  });
});

describe("compare", () => {
  it("finds equal lines alike", () => {
    expect(compare(lines(5), lines(5))).toEqual({ kind: "alike" });
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
