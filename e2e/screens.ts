// Every screen and dialog of the window, by name, with the parts of the page that are on it: one table, so that none has no
// picture and no look by axe. visual.spec.ts and its kin show them; accessibility.spec.ts finds what is missing here.
import { expect } from "@playwright/test";
import type { App } from "./app.js";
import { violations } from "./harness/axe.js";
import { restPointer } from "./harness/still-life.js";

/** The parts are files of renderer/features/, without their endings. */
export const SCREENS = {
  "home-empty": ["home/home-screen", "home/applications-panel", "home/doctor-panel"],
  "run-form": ["home/run-form", "home/run-options"],
  "home-error": ["home/run-form"],
  home: ["home/sessions-panel"],
  settings: ["settings/settings-dialog"],
  "settings-below": ["settings/settings-dialog"],
  palette: ["palette/palette-dialog"],
  shortcuts: ["settings/shortcuts-dialog"],
  "history-empty": ["history/history-screen"],
  history: ["history/history-screen"],
  "history-forget": ["history/history-screen"],
  "session-running": ["run/session-screen", "terminal/terminal-pane", "network/lower-pane"],
  "session-nothing": ["changes/changes-pane", "diff/detail-pane"],
  "session-stop": ["commit/commit-screen"],
  "commit-noting": ["commit/commit-screen"],
  "session-near": ["run/near-bar"],
  "session-frozen": ["run/frozen-bar"],
  "helper-gone": ["run/helper-gone-bar"],
  "session-text": ["changes/changes-pane", "diff/detail-pane", "diff/text-view"],
  "session-details": ["diff/details-view"],
  "session-image": ["diff/image-view"],
  "session-hex": ["diff/hex-view"],
  "session-pages": ["pages/pages-view"],
  "session-inside": ["inside/inside-view"],
  "session-no-match": ["changes/filter-bar"],
  "session-groups": ["groups/group-row"],
  "session-programs": ["network/programs-pane"],
  "session-network": ["network/network-pane"],
  "session-look": ["terminal/inspection-pane"],
  "session-more": ["terminal/more-pane"],
  "session-viruses": ["viruses/virus-bar"],
  "session-notes": ["notes/note-line"],
  "session-aborted": ["run/session-outcome"],
  "session-committed": ["run/session-outcome"],
  "session-part": ["commit/committed-bar"],
  "session-again": ["run/retry-bar"],
  compare: ["run/compare-screen"],
  note: ["notes/note-dialog"],
  edit: ["edit/edit-dialog"],
  ignore: ["commit/ignore-dialog"],
  discard: ["review/discard-dialog"],
  exported: ["review/asked-dialogs"],
  abort: ["commit/abort-dialog"],
  commit: ["commit/commit-screen", "commit/review-panes"],
  "commit-needs": ["commit/commit-screen"],
  "commit-conflict": ["commit/conflict-panes", "commit/conflict-list"],
  "commit-merge": ["commit/merge-view"],
  "commit-work": ["commit/commit-screen"],
  "commit-refused": ["commit/commit-screen"],
  "commit-done": ["commit/done-panel"],
  undo: ["history/undo-screen"],
  "undo-question": ["history/undo-screen"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ScreenName = keyof typeof SCREENS;

/** What may differ: edges of letters, a word here or there. A part that moved or is gone is far above. */
const TOLERANCE = { threshold: 0.15, maxDiffPixelRatio: 0.01, timeout: 60_000 };
const UPDATE = "UPDATE=1 npx playwright test --project=user e2e/visual";

/** Compares the window as it is with its pictures, and lets axe look at it. All are compared, whatever comes out. */
export async function looks(app: App, name: ScreenName): Promise<void> {
  await restPointer(app.page);
  for (const scheme of ["light", "dark"] as const) {
    await app.scheme(scheme);
    const why = `${name}, ${scheme}: does it look as it should? Then, or if this machine draws otherwise: ${UPDATE}`;
    await expect.soft(app.page, why).toHaveScreenshot(`${name}-${scheme}.png`, TOLERANCE);
    expect.soft(await violations(app), `${name}, ${scheme}`).toEqual([]);
  }
  await app.scheme("light");
  expect.soft(await oddSizes(app), `${name}: texts of another size`).toEqual([]);
}

/** Which texts in sight have none of the page's sizes: two of text, one of headings. Whatever draws them, be it a part of others. */
function oddSizes(app: App): Promise<string[]> {
  return app.page.evaluate(() => {
    const root = getComputedStyle(document.documentElement);
    const sizes = new Set(
      ["--text", "--text-small", "--heading"].map((token) => root.getPropertyValue(token)),
    );
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const odd = new Set<string>();
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const element = text.parentElement;
      if (
        element === null ||
        (text.nodeValue ?? "").trim() === "" ||
        !element.checkVisibility({ visibilityProperty: true })
      )
        continue;
      const { fontSize } = getComputedStyle(element);
      if (!sizes.has(fontSize) && element.closest(".spoken") === null)
        odd.add(`${fontSize} ${element.className} ${text.nodeValue}`.slice(0, 200));
    }
    return [...odd];
  });
}

/** Does something while the helper stands still, so that a step that passes stays in sight. */
export async function whileHelperStands(app: App, scene: () => Promise<void>): Promise<void> {
  const helper = app.helper();
  process.kill(helper, "SIGSTOP");
  try {
    await scene();
  } finally {
    process.kill(helper, "SIGCONT");
  }
}

/** Lets axe look at another state of a screen that has its pictures. */
export async function reads(app: App, what: string): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    await app.scheme(scheme);
    expect.soft(await violations(app), `${what}, ${scheme}`).toEqual([]);
  }
  await app.scheme("light");
}
