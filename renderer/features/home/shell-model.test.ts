import { expect, test } from "vitest";
import { shellLine } from "./shell-model.js";

test.each([
  ["ls | wc -l", "sh -c 'ls | wc -l'"],
  ["echo a\necho 'b c'\n", "sh -c 'echo a\necho '\\''b c'\\'''"],
])("%j goes to a shell whole", (typed, line) => expect(shellLine(typed)).toBe(line));
