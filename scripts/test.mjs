// npm test: set-up, then every check and every test, then one total. Fails when a part fails or ran no test.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runMain, setUp } from "./setup.mjs";
import { CARGO_ROOM } from "./setup/helper.mjs";
import { bin, CACHE } from "./setup/paths.mjs";
import { run, say } from "./setup/run.mjs";
import { checks } from "./checks.mjs";
import {
  countCargo,
  countPlaywright,
  countVitest,
  failedCargo,
  failedPlaywright,
  failedVitest,
  passedCargo,
  secondTryCargo,
  settle,
  unsteadyPlaywright,
} from "./test-counts.mjs";

/** Said of a test that passed the second time. It is a defect, of the test or of what it tests, but keeps nobody from landing. */
const UNSTEADY = "unsteady: passed the second time";

const REPORTS = join(CACHE, "test-reports");

/**
 * Runners of tests. `count` reads from a runner's machine output how many tests passed, failed and were skipped;
 * `failed` reads which failed, and `unsteady` which of those passed when they were tried a second time, alone.
 */
const suites = [
  {
    name: "cargo test",
    run: () => cargo(["test", "--workspace", "--locked", "--no-fail-fast"]),
    count: (result) => countCargo(result.stdout),
    failed: (result) => failedCargo(result.stdout),
    // The first run, which is the one that is reported, ended with an error for them; Playwright's does not.
    failsUnsteady: true,
    unsteady: async (result) => {
      const again = secondTryCargo(result);
      if (again === undefined) return [];
      say("\n── cargo test, what failed once more");
      return passedCargo((await cargo(again)).stdout, failedCargo(result.stdout));
    },
  },
  {
    name: "vitest",
    run: () =>
      run(
        bin("vitest"),
        ["run", "--reporter=default", "--reporter=json", `--outputFile=${report("vitest")}`],
        { show: true },
      ),
    count: () => countVitest(readReport("vitest")),
    failed: () => failedVitest(readReport("vitest")),
    unsteady: () => [],
  },
  {
    name: "playwright",
    run: () =>
      run(bin("playwright"), ["test", "--retries=1", "--reporter=list,json"], {
        show: true,
        env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report("playwright") },
      }),
    count: () => countPlaywright(readReport("playwright")),
    failed: () => failedPlaywright(readReport("playwright")),
    unsteady: () => unsteadyPlaywright(readReport("playwright")),
  },
];

await runMain(async () => {
  await setUp("test");
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });

  const lines = [];
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
    const { result, seconds } = await part(check.name, () =>
      run(check.command, check.args, { cwd: check.cwd, show: true }),
    );
    const ok = result.status === 0;
    // A check that holds is no test; one that does not must show in the total.
    if (!ok) total.failed += 1;
    lines.push(line(ok, check.name, ok ? "holds" : `failed with status ${result.status}`, seconds));
  }
  for (const suite of suites) {
    const { result, seconds } = await part(suite.name, suite.run);
    const unsteady = await suite.unsteady(result);
    const counts = settle(suite.count(result), unsteady);
    const ran = counts.passed + counts.failed;
    const ended = result.status === 0 || (suite.failsUnsteady === true && unsteady.length > 0);
    const ok = ended && counts.failed === 0 && counts.skipped === 0 && ran > 0;
    // A runner that broke without a failed test (it did not build, found nothing to run, or left a test out that
    // must run) counts as one failure.
    if (!ok && counts.failed === 0) counts.failed = 1;
    for (const key of Object.keys(total)) total[key] += counts[key];
    lines.push(
      line(ok, suite.name, ran === 0 ? `ran no test (status ${result.status})` : describe(counts), seconds),
      ...suite.failed(result).map((name) => `    ${name}${unsteady.includes(name) ? ` (${UNSTEADY})` : ""}`),
    );
  }
  say(`\n${lines.join("\n")}\n`);
  say(describe(total));
  return total.failed === 0 ? 0 : 1;
});

async function part(name, work) {
  say(`\n── ${name}`);
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}

function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function line(ok, name, what, seconds) {
  return `${ok ? "✓" : "✗"} ${name.padEnd(24)} ${what} (${seconds.toFixed(1)} s)`;
}

function report(name) {
  return join(REPORTS, `${name}.json`);
}

function cargo(args) {
  return run("cargo", args, { cwd: CARGO_ROOM, show: true });
}

/** Returns a runner's report, or undefined when it ended before it wrote one. */
function readReport(name) {
  try {
    return JSON.parse(readFileSync(report(name), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
