// The window with 1,000,000 changes: how soon it shows, whether it answers meanwhile and after, how much memory it takes.
import type { App } from "../e2e/app.js";
import { expect, test } from "../e2e/test.js";
import { makeManyFiles } from "./many-files.js";
import { firstRows } from "./first-rows.js";
import { clock, milliseconds, percentile, report } from "./measure.js";

const ROWS = "1,000,000 changes";
/** Reading a million rows takes long on a busy machine, and is no failure then. */
const PATIENCE = 10 * 60_000;

test(`app: ${ROWS}`, async ({ machine, app }, info) => {
  const name = await makeManyFiles(machine, 1000, 1000);
  const entry = app.navigation.getByRole("button", { name: new RegExp(`^${name}, `) });
  await entry.waitFor();
  const before = memory(app);
  await app.page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    });
    observer.observe({ type: "longtask" });
  });
  const longest = (): Promise<number> =>
    app.page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks.splice(0)));
  const first = firstRows(app);
  const whole = await clock(async () => {
    await entry.click();
    await expect(app.summary).toContainText("1,001,001", { timeout: PATIENCE });
    await expect(app.reading).toBeHidden({ timeout: PATIENCE });
  });
  report(info, {
    what: `first rows of ${ROWS}`,
    reached: milliseconds(await first),
    wanted: "≤ 2 s",
    how: `click to frame; all are read after ${milliseconds(whole)}, longest task of the page ${task(await longest())}`,
  });

  const filter = await clock(async () => {
    await app.filter.fill("d0500/f0042");
    await expect(app.row("f0042.txt")).toBeVisible({ timeout: PATIENCE });
  });
  report(info, {
    what: `filter over ${ROWS}`,
    reached: milliseconds(filter),
    wanted: "responsive",
    how: `typed to shown, longest task ${task(await longest())}`,
  });
  await app.filter.fill("");
  await app.openAll();
  await expect(app.row("f0000.txt").first()).toBeVisible({ timeout: PATIENCE });
  const opening = await longest();
  const frames = await app.tree.evaluate(async (tree) => {
    const gaps: number[] = [];
    let last = performance.now();
    for (let step = 0; step <= 300; step++) {
      tree.scrollTop = (tree.scrollHeight * step) / 300;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
    return gaps;
  });
  report(info, {
    what: `scrolling through ${ROWS}`,
    reached: `${milliseconds(percentile(frames, 0.95))} a frame (95th percentile)`,
    wanted: "responsive",
    how: `300 jumps from end to end, longest task ${task(await longest())}; opening all folders: ${task(opening)}`,
  });
  const after = memory(app);
  report(info, {
    what: `memory of ${ROWS}`,
    reached: `+${after.all - before.all} MiB`,
    wanted: "bounded",
    how: `resident in all processes of the app; before: ${told(before)}; after: ${told(after)}`,
  });
});

function task(longest: number): string {
  return longest === 0 ? "under 50 ms" : milliseconds(longest);
}

function told(sizes: ReturnType<typeof memory>): string {
  return Object.entries(sizes)
    .map(([who, size]) => `${who} ${size} MiB`)
    .join(", ");
}

/** Which process is which: what a command line says. */
const WHO = { page: "--type=renderer", helper: " serve", graphics: "--type=gpu-process" } as const;

/** Returns the resident memory of the app's processes in MiB: of all, and of those that grow. */
function memory(app: App): Record<keyof typeof WHO | "all" | "main", number> {
  const processes = app.processes();
  const sum = (fits: (command: string) => boolean): number =>
    Math.round(
      processes.filter(({ command }) => fits(command)).reduce((kib, { resident }) => kib + resident, 0) /
        1024,
    );
  const of = (word: string): number => sum((command) => command.includes(word));
  return {
    all: sum(() => true),
    main: Math.round((processes[0]?.resident ?? 0) / 1024),
    page: of(WHO.page),
    helper: of(WHO.helper),
    graphics: of(WHO.graphics),
  };
}
