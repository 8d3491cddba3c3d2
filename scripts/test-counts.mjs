// How many tests passed, failed and were skipped, from what each runner writes for machines.

const nothing = () => ({ passed: 0, failed: 0, skipped: 0 });

/** Sums the closing line that libtest prints for each test program. */
export function countCargo(stdout) {
  const counts = nothing();
  for (const match of stdout.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm)) {
    counts.passed += Number(match[1]);
    counts.failed += Number(match[2]);
    counts.skipped += Number(match[3]);
  }
  return counts;
}

/** Reads vitest's JSON report. A file that could not be loaded holds no tests and counts as one failure. */
export function countVitest(report) {
  const counts = nothing();
  if (report === undefined) return counts;
  counts.passed = report.numPassedTests;
  counts.failed = report.numFailedTests;
  counts.skipped = report.numPendingTests + report.numTodoTests;
  counts.failed += report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  return counts;
}

/** Reads Playwright's JSON report. A test that passed only on a retry ("flaky") counts as failed. */
export function countPlaywright(report) {
  const counts = nothing();
  if (report === undefined) return counts;
  counts.passed = report.stats.expected;
  counts.failed = report.stats.unexpected + report.stats.flaky;
  counts.skipped = report.stats.skipped;
  return counts;
}
