import { describe, expect, it } from "vitest";
import type { SideFacts } from "../../../protocol/src/content.js";
import { factRows } from "./details-model.js";
import { pickView, viewsOf } from "./view-model.js";

const side = (part: Partial<SideFacts> = {}): SideFacts => ({
  type: "file",
  size: 10,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: "2026-01-01T00:00:00Z",
  links: 1,
  xattrs: [],
  content: "text",
  ...part,
});

describe("details", () => {
  it("tell where two sides differ", () => {
    const rows = factRows({
      before: side(),
      after: side({ mode: 0o755, xattrs: [{ name: "user.x\u202e", value: btoa("a\n") }] }),
    });
    expect(rows.filter((row) => row.differs).map((row) => row.fact)).toEqual([
      "Permissions",
      "user.x\\u{202e}",
    ]);
    expect(rows.at(-1)).toMatchObject({ before: undefined, after: "a\\n" });
  });

  it("show one side by itself without differences", () => {
    const rows = factRows({ after: side({ type: "symlink", target: "/etc/\u001bx" }) });
    expect(rows.some((row) => row.differs)).toBe(false);
    expect(rows.find((row) => row.fact === "Points to")?.after).toBe("/etc/\\u{1b}x");
  });
});

describe("views", () => {
  it("offer what the sides hold, the best first", () => {
    expect(viewsOf({ before: side(), after: side() }, ["content"], true)).toEqual(["text", "hex", "details"]);
    expect(viewsOf({ before: side(), after: side({ content: "image" }) }, ["content"], true)).toEqual([
      "image",
      "text",
      "hex",
      "details",
    ]);
    expect(viewsOf({ after: side({ type: "fifo", content: "none" }) }, [], false)).toEqual(["details"]);
    expect(viewsOf({ before: side(), after: side() }, ["mode"], true)[0]).toBe("details");
  });

  it("keep to the wish when they can", () => {
    expect(pickView(["text", "hex"], "hex")).toBe("hex");
    expect(pickView(["text", "hex"], "image")).toBe("text");
    expect(pickView([], null)).toBe("details");
  });
});
