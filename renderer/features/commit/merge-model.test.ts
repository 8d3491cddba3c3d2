import { describe, expect, it } from "vitest";
import type { MergePreview } from "../../../protocol/src/commit.js";
import {
  answerOf,
  boxText,
  contested,
  draftAgain,
  editableText,
  isWorked,
  mergedText,
  newDraft,
  withBox,
  withoutBox,
  withTake,
  withText,
  withTyped,
  type Draft,
} from "./merge-model.js";

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

const typed = (draft: Draft, text: string): Draft => withTyped(withBox(draft)!, text);

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
    const edited = withText(typed(draft, "mine"));
    expect(mergedText(edited)).toBe("mine");
    expect(withTake(edited, 2, "host")).toMatchObject({ text: null, earlier: "mine" });
  });

  it("is no answer while something is typed that is not used yet", () => {
    const draft = withTake(withTake(newDraft(preview), 2, "host"), 5, "host");
    expect(answerOf(draft)).toEqual({ choice: "merge", merged: { stamp: "s", content: "a\nhostd\nE\n1\n" } });
    expect(answerOf(typed(draft, "mine"))).toBeNull();
    expect(answerOf(withText(typed(draft, "mine")))).toMatchObject({ merged: { content: "mine" } });
    const clean = newDraft({ ...preview, how: "clean", hunks: [{ what: "same", text: "a\n" }] });
    expect(answerOf(clean)).toEqual({ choice: "merge" });
  });

  it("keeps the line ends that the files have, whatever a text box makes of them", () => {
    const windows = newDraft({
      ...preview,
      hunks: [
        { what: "same", text: "\ufeffa\r\nb\r\n" },
        { what: "conflict", base: "c\r\n", host: "host", session: "session\r\n" },
      ],
    });
    expect(mergedText(withTake(windows, 1, "both"))).toBe("\ufeffa\r\nb\r\nhost\r\nsession\r\n");
    const open = withBox(windows)!;
    // What a textarea gives back has line feeds alone.
    expect(open.box?.typed).toBe("a\nb\nhost\nsession\n");
    expect(mergedText(withText(withTyped(open, "a\nB\nhost\n")))).toBe("\ufeffa\r\nB\r\nhost\r\n");
    const mixed = newDraft({ ...preview, hunks: [{ what: "same", text: "a\r\nb\n" }] });
    expect(withBox(mixed)).toBeNull();
  });

  it("is kept over another look at the same files, typed text and all", () => {
    expect([newDraft(preview), withTake(newDraft(preview), 2, "host")].map(isWorked)).toEqual([false, true]);
    const draft = typed(withTake(newDraft(preview), 2, "host"), "half done");
    expect(draftAgain(draft, structuredClone(preview))).toBe(draft);
  });

  it("is none any more when a file has changed, and its text can be had back", () => {
    const other = { ...preview, stamp: "t" };
    const decided = withTake(withTake(newDraft(preview), 2, "host"), 5, "host");
    for (const [draft, earlier] of [
      [typed(decided, "half done"), "half done"],
      [withText(typed(decided, "done")), "done"],
      [decided, mergedText(decided)],
      [withTake(newDraft(preview), 2, "host"), null],
    ] as const) {
      const next = draftAgain(draft, other);
      expect(next).toMatchObject({ preview: other, text: null, box: null, earlier, moved: true });
      expect(mergedText(next)).toBeNull();
    }
    expect(draftAgain(decided, { ...preview, hunks: [] }).moved).toBe(true);
  });

  it("gives back what was typed after a look at the pieces", () => {
    const draft = newDraft(preview);
    expect(withoutBox(withBox(draft)!)).toEqual(draft);
    const back = withoutBox(typed(draft, "mine"));
    expect(back).toMatchObject({ text: null, box: null, earlier: "mine" });
    expect(boxText(withBox(back, back.earlier!)!)).toBe("mine");
  });
});
