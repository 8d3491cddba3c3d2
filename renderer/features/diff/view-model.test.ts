import { describe, expect, it } from "vitest";
import { IMAGE_LIMIT, imageLoading } from "./view-model.js";

describe("imageLoading", () => {
  it("asks before it loads much, and never loads more than the limit", () => {
    expect(imageLoading(16 * 1024 * 1024)).toBe("now");
    expect(imageLoading(16 * 1024 * 1024 + 1)).toBe("asked");
    expect(imageLoading(IMAGE_LIMIT)).toBe("asked");
    expect(imageLoading(IMAGE_LIMIT + 1)).toBe("never");
  });
});
