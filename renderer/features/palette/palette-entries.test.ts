// The palette has what menus, buttons and panes have: each entry by its own words.
import { afterAll, beforeEach, expect, it, vi } from "vitest";

vi.stubGlobal("window", { see: {} });
afterAll(() => vi.unstubAllGlobals());

const { paletteEntries } = await import("./palette-entries.js");
const { useFeed } = await import("../changes/feed-store.js");
const { useReview } = await import("../changes/review-store.js");
const { createTree, ROOT } = await import("../changes/tree.js");
const { putChange } = await import("../changes/tree-model.js");
const { choose } = await import("../changes/selection-model.js");
const { detailKey, useDetail } = await import("../diff/detail-store.js");
const { LOWER_PANES, useLower } = await import("../network/lower-store.js");
const { changeActions, filesOf, sessionActions } = await import("../review/actions.js");
const { useSessions } = await import("../run/sessions-store.js");
const { useRoute } = await import("../../route-store.js");
const { TEXTS } = await import("../../../texts/palette.js");
const { TEXTS: RUN } = await import("../../../texts/run.js");
const { TEXTS: REVIEW } = await import("../../../texts/review.js");

const path = { path: "/etc/x.conf" };
const session = {
  id: "s",
  name: null,
  state: "finished" as const,
  command: ["sh"],
  cwd: "/",
  mode: "user" as const,
  created: "2026-01-01T00:00:00Z",
  policy: { net: "none" as const, lan: false, redirect: [], connect: [] },
};
const side = { type: "file" as const, size: 1, mode: 0o644, content: "text" as const };

beforeEach(() => {
  const tree = createTree();
  putChange(
    tree,
    { ...path, change: "modified", type: "file", aspects: ["content"], size: 1 } as never,
    0,
    true,
  );
  choose(tree, ROOT, false);
  const settled = { watch: 1, revision: 1, total: 1, live: false, summary: {} as never };
  useFeed.setState({ session: "s", tree, settled });
  useSessions.setState({ sessions: [session as never] });
  useRoute.getState().go({ name: "session", session: "s" });
  useReview.getState().open(path);
  useDetail.setState({ key: detailKey("s", path), description: { before: side, after: side } as never });
});

const labels = (): string[] => paletteEntries().map(({ label }) => label);

it("has every entry of both menus, every view and every pane", () => {
  const { description } = useDetail.getState();
  const menus = [
    ...changeActions({ session: "s", path, files: filesOf(description), atRest: true }),
    ...sessionActions(session as never),
  ];
  expect(menus).toHaveLength(9);
  expect(labels()).toEqual(expect.arrayContaining(menus.map(({ label }) => label)));
  for (const { label } of LOWER_PANES) expect(labels()).toContain(TEXTS.showBelow(label));
  for (const view of ["Text", "Hex", "Details"]) expect(labels()).toContain(TEXTS.view(view));
});

it("has the buttons around them, and only those that can be pressed", () => {
  expect(labels()).toEqual(
    expect.arrayContaining([
      REVIEW.discardThis,
      REVIEW.discardOut("1"),
      RUN.retry,
      TEXTS.undoCommit,
      TEXTS.abort,
    ]),
  );
  expect(labels()).not.toContain(TEXTS.stop);
  useSessions.setState({ sessions: [{ ...session, state: "running" } as never] });
  expect(labels()).toContain(TEXTS.stop);
  for (const gone of [REVIEW.discardThis, REVIEW.discardOut("1"), RUN.retry])
    expect(labels()).not.toContain(gone);
});

it("shows the pane that was chosen", () => {
  paletteEntries()
    .find(({ label }) => label === TEXTS.showBelow("Network"))
    ?.run();
  expect(useLower.getState().shown).toBe("network");
});
