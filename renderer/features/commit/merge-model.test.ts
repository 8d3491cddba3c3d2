import { describe, expect, it } from "vitest";
import type { MergePreview } from "../../../protocol/src/commit.js";
import { contested, editableText, mergedText, newDraft, withTake } from "./merge-model.js";

const preview: MergePreview = {
  how: "by-hand",
  stamp: "s",
  omitted: 0,
  hunks: [
    { what: "same", text: "a\n" },
    { what: "host", base: "b\n", host: "" },
    { what: "conflict", base: "c\n", host: "host", session: "session\n" },
    { what: "session", base: "", session: "d\n" },
    { what: "both", base: "e\n", text: "E\n" },
    { what: "conflict", base: "", host: "1\n", session: "2\n" },
  ],
};

describe("a merge in the making", () => {
  it("has a text when everything contested is decided", () => {
    let draft = newDraft(preview);
    expect(mergedText(draft)).toBeNull();
    expect(contested(draft)).toEqual({ all: [2, 5], open: 2 });
    draft = withTake(draft, 2, "host");
    expect(contested(draft).open).toBe(1);
    draft = withTake(draft, 5, "base");
    expect(mergedText(draft)).toBe("a\nhostd\nE\n");
    expect(mergedText(withTake(draft, 2, "session"))).toBe("a\nsession\nd\nE\n");
  });

  it("takes both one after the other, on lines of their own", () => {
    const draft = withTake(withTake(newDraft(preview), 2, "both"), 5, "both");
    expect(mergedText(draft)).toBe("a\nhost\nsession\nd\nE\n1\n2\n");
  });

  it("is what a person writes, until a piece is decided again", () => {
    const draft = newDraft(preview);
    expect(editableText(draft)).toBe("a\nhost\nsession\nd\nE\n1\n2\n");
    const edited = { ...draft, text: "mine" };
    expect(mergedText(edited)).toBe("mine");
    expect(mergedText(withTake(edited, 2, "host"))).toBeNull();
  });
});
