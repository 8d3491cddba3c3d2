// Finding 100,000 changes.
import { expect, test } from "../e2e/test.js";
import { clock, median, milliseconds, report } from "./measure.js";
import { MANY_FILES, makeManyFiles } from "./many-files.js";

test("scan", async ({ machine }, info) => {
  const session = await makeManyFiles(machine, 1000, 100);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    times.push(
      await clock(async () => {
        const { summary } = JSON.parse(await machine.alcatraz("changes", session, "--json")) as {
          summary: { created: number };
        };
        expect(summary.created).toBeGreaterThanOrEqual(MANY_FILES);
      }),
    );
  }
  report(info, {
    what: "scan of 100,000 changes",
    reached: milliseconds(median(times)),
    wanted: "≤ 1 s",
    how: "`alcatraz changes --json`, whole: scan, print and parse; 5 runs",
  });
});
