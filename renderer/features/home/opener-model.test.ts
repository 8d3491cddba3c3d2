import { describe, expect, test } from "vitest";
import { askFor, commandFor, folderOf, takingOf } from "./opener-model.js";

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

describe("a document", () => {
  const viewer = {
    name: "Viewer",
    command: ["view er", "/tmp/my paper.pdf"],
    terminal: false,
    launcher: false,
  };

  test("is opened by the application that the desktop has for it", () => {
    const line = "'view er' '/tmp/my paper.pdf'";
    const taken = { how: "run", line, cwd: "/tmp", document: "window" };
    expect(takingOf("/tmp/my paper.pdf", "other", viewer)).toEqual(taken);
  });

  test("that nothing opens waits for its program", () => {
    const taken = { how: "ask", line: " /tmp/x.unknown", cwd: "/tmp" };
    expect(takingOf("/tmp/x.unknown", "other", null)).toEqual(taken);
    expect(takingOf("/tmp/x.unknown", "unread", null)).toEqual({ ...taken, unread: true });
    expect(askFor(["/a/1 2", "/a/3"])).toEqual({ how: "ask", line: " '/a/1 2' /a/3", cwd: "/a" });
  });

  test("of PostScript is read by ghostscript when nothing else opens it", () => {
    expect(takingOf("/tmp/x.ps", "other", null)).toMatchObject({ line: "gs -dNOPAUSE -dBATCH /tmp/x.ps" });
    expect(takingOf("/tmp/x.ps", "other", viewer)).toMatchObject({ document: "window" });
  });

  test("a program or a script is run, whatever else would open it", () => {
    expect(takingOf("/tmp/x.sh", "other", viewer)).toMatchObject({ line: "bash /tmp/x.sh" });
    expect(takingOf("/tmp/x", "program", viewer)).toMatchObject({ line: "/tmp/x", document: null });
  });

  test("a launcher starts what it starts, a folder is where to run", () => {
    const launcher = { ...viewer, launcher: true };
    expect(takingOf("/tmp/x.desktop", "other", launcher)).toMatchObject({ how: "start", terminal: false });
    expect(takingOf("/tmp/x", "folder", null)).toEqual({ how: "folder", cwd: "/tmp/x" });
  });
});
