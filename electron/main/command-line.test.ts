// Word splitting, against cases and against a real shell.
// oxlint-disable-next-line no-restricted-imports -- a real shell is the judge here
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { splitCommand } from "./command-line.js";
import { Failure } from "./failure.js";
import { quoteWord } from "./sample.js";

const run = promisify(execFile);

/** Returns the words that /bin/sh makes of the line. */
async function shellWords(line: string): Promise<string[]> {
  const { stdout } = await run("/bin/sh", ["-c", `for word in ${line}\ndo printf '%s\\0' "$word"; done`]);
  return stdout.split("\0").slice(0, -1);
}

describe("splitCommand agrees with /bin/sh on", () => {
  test.each([
    "one",
    "one two  three\tfour",
    "  leading and trailing  ",
    "'single quotes' \"double quotes\"",
    "'a\\b' \"a\\b\" a\\b",
    "mixed\"in one\"'word here'x",
    "'' \"\" x",
    'escaped\\ space \\"quote\\" \\\\',
    String.raw`"a\"b\\c\$d\e"`,
    'line\\\njoined "quoted\\\njoin"',
    "'new\nline'",
    "ünï 'çødé 🦀'",
    "--flag=va'l'ue a=b",
    "it\\'s",
  ])("%j", async (line) => {
    expect(splitCommand(line)).toEqual(await shellWords(line));
  });
});

describe("splitCommand expands nothing:", () => {
  test.each([
    ["$HOME", ["$HOME"]],
    ["*.txt ?", ["*.txt", "?"]],
    ["~/x", ["~/x"]],
    ["`id`", ["`id`"]],
    ["{a,b}", ["{a,b}"]],
    ["a #b", ["a", "#b"]],
    ['"$(id)"', ["$(id)"]],
  ])("%s", (line, words) => {
    expect(splitCommand(line)).toEqual(words);
  });
});

test("the end of the only line means nothing", () =>
  expect(splitCommand(" \nls -l\n \n")).toEqual(["ls", "-l"]));

test.each(["", "   ", "\t\n"])("a blank line has no words: %j", (line) => {
  expect(splitCommand(line)).toEqual([]);
});

describe("splitCommand refuses", () => {
  test.each([
    ["'open", 0],
    ["a 'b", 2],
    ['"open', 0],
    ['a "b\\"', 2],
    ["end\\", 3],
    ["a | b", 2],
    ["a > b", 2],
    ["a; b", 1],
    ["a && b", 2],
    ["$(id)", 1],
    ["a\0b", 1],
  ])("%j and says where", (line, at) => {
    try {
      splitCommand(line);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      if (error instanceof Failure) expect(error.error).toMatchObject({ code: "bad-request", facts: { at } });
    }
  });
});

test.each(["plain", "two words", "it's", "", "a\nb", "$x", "é"])("a quoted word comes back: %j", (word) => {
  expect(splitCommand(quoteWord(word))).toEqual([word]);
});
