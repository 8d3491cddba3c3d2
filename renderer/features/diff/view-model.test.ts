import { describe, expect, it } from "vitest";
import type { SideFacts } from "../../../protocol/src/content.js";
import { imageLimit, imageLoading, pickView, viewInstead, viewsOf } from "./view-model.js";

const MIB = 1024 * 1024;

function image(size: number, mime = "image/png"): SideFacts {
  const content = mime === "image/svg+xml" ? "text" : "image";
  const mtime = "2026-01-01T00:00:00Z";
  return { type: "file", size, mode: 0o644, uid: 0, gid: 0, mtime, links: 1, xattrs: [], content, mime };
}

function drawing(size: number): SideFacts {
  return image(size, "image/svg+xml");
}

describe("imageLoading", () => {
  it("asks before it loads much, and never loads more than the limit", () => {
    expect(imageLoading(image(16 * MIB))).toBe("now");
    expect(imageLoading(image(16 * MIB + 1))).toBe("asked");
    expect(imageLoading(image(imageLimit(image(1))))).toBe("asked");
    expect(imageLoading(image(imageLimit(image(1)) + 1))).toBe("never");
  });

  it("offers no drawing that would not be drawn", () => {
    expect(imageLoading(drawing(16 * MIB))).toBe("now");
    expect(imageLoading(drawing(16 * MIB + 1))).toBe("never");
  });
});

describe("a drawing", () => {
  it("is shown as text where no side of it can be drawn", () => {
    const large = viewsOf({ before: drawing(17 * MIB), after: drawing(18 * MIB) }, ["content"], true);
    expect(large).toMatchObject({
      offered: ["image", "text", "hex", "details"],
      best: "text",
      usual: "text",
    });
    const grown = viewsOf({ before: drawing(9), after: drawing(18 * MIB) }, ["content"], true);
    expect(grown.usual).toBe("image");
    expect(viewsOf({ after: image(200 * MIB) }, [], false).usual).toBe("image");
  });

  it("has its text where it cannot be drawn, and dots have their bytes", () => {
    expect(viewInstead(drawing(1))).toBe("text");
    expect(viewInstead(image(1))).toBe("hex");
  });
});

it("shows what was asked for of one change alone before what is wished for all, when the change has it", () => {
  const views = viewsOf({ after: image(1) }, [], false);
  expect(pickView(views, { image: "details" }, "hex")).toBe("hex");
  expect(pickView(views, { image: "details" }, "pages")).toBe("details");
  expect(pickView(views, {}, null)).toBe("image");
});
