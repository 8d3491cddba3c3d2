import { describe, expect, it } from "vitest";
import { sumUp } from "./summary-model.js";

describe("the summary", () => {
  it("is one sentence that names its noun once", () => {
    expect(
      sumUp(
        [
          ["created", 412],
          ["modified", 3],
          ["deleted", 1],
        ],
        24e6,
      ),
    ).toBe("Created 412 items, changed 3, deleted 1 · 24\u00a0MB");
    expect(
      sumUp(
        [
          ["created", 0],
          ["deleted", 1],
        ],
        0,
      ),
    ).toBe("Deleted 1 item");
  });
});
