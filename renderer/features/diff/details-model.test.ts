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

describe("what says nothing", () => {
  const facts = (part: Partial<SideFacts>): string[] =>
    factRows({ after: side(part) }).map(({ fact, after }) => `${fact}: ${after}`);

  it("is left out", () => {
    const said = facts({ size: 999 });
    expect(said).toContain("Size: 999\u00a0B");
    expect(said.join()).not.toContain("Names");
    expect(facts({ size: 1000, links: 2 })).toEqual(
      expect.arrayContaining(["Size: 1\u00a0kB (1,000 B)", "Names (hard links): 2"]),
    );
    const link = facts({ type: "symlink", mode: 0o777, target: "x" }).join();
    expect(link).not.toMatch(/Size|Permissions|Names/);
    expect(facts({ type: "directory", size: 4096, links: 3 }).join()).not.toMatch(/Size|Names/);
  });
});

describe("views", () => {
  it("have one order, and the best first", () => {
    const text = viewsOf({ before: side(), after: side() }, ["content"], true);
    expect(text).toEqual({ offered: ["text", "hex", "details"], best: "text", usual: "text" });
    expect(viewsOf({ before: side(), after: side({ content: "image" }) }, ["content"], true).offered).toEqual(
      ["image", "text", "hex", "details"],
    );
    expect(viewsOf({ after: side({ type: "fifo", content: "none" }) }, [], false).offered).toEqual([
      "details",
    ]);
    const times = viewsOf({ before: side(), after: side() }, ["times"], true);
    expect(times).toEqual({ ...text, usual: "details" });
  });

  it("keep to the wish for such files when they can", () => {
    const text = viewsOf({ after: side() }, [], false);
    const image = viewsOf({ after: side({ content: "image" }) }, [], false);
    expect(pickView(text, { text: "hex" })).toBe("hex");
    expect(pickView(image, { text: "hex" })).toBe("image");
    expect(pickView(text, { text: "image" })).toBe("text");
  });
});
