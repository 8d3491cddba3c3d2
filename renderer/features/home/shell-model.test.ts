import { expect, test } from "vitest";
import { marked, shellLine, withShell } from "./shell-model.js";

test.each([
  ["ls | wc -l", "sh -c 'ls | wc -l'"],
  ["echo a\necho 'b c'\n", "sh -c 'echo a\necho '\\''b c'\\'''"],
])("%j goes to a shell whole", (typed, line) => expect(shellLine(typed)).toBe(line));

test("a file that is not marked as a program is read by a shell, or marked, with its arguments as they are", () => {
  expect(withShell(["./in stall", "-y"])).toBe("sh './in stall' -y");
  expect(marked(["./in stall", "-y"])).toBe(`sh -c 'chmod u+x "$0" && exec "$0" "$@"' './in stall' -y`);
});
