import { expect, test } from "vitest";
import { commandFor, folderOf } from "./opener-model.js";

test.each([
  ["/home/ann/setup", "/home/ann/setup"],
  ["/home/ann/tool.AppImage", "/home/ann/tool.AppImage"],
  ["/tmp/x.sh", "bash /tmp/x.sh"],
  ["/tmp/my file.py", "python3 '/tmp/my file.py'"],
  ["/tmp/$& %.deb", "apt-get install -y --no-install-recommends '/tmp/$& %.deb'"],
])("%s is tried with: %s", (path, command) => expect(commandFor(path)).toBe(command));

test("a download is marked in the session", () => {
  expect(commandFor("/tmp/my tool", "unmarked")).toBe(`sh -c 'chmod u+x "$0" && exec "$0"' '/tmp/my tool'`);
  expect(commandFor("/tmp/x.sh", "unmarked")).toBe("bash /tmp/x.sh");
});

test("its folder", () => {
  expect(folderOf("/a/b/c")).toBe("/a/b");
  expect(folderOf("/c")).toBe("/");
});
