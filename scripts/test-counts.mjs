// How many tests passed, failed and were skipped, and which failed, from what each runner writes for machines.

const nothing = () => ({ passed: 0, failed: 0, skipped: 0 });

/**
 * Sums the closing line that libtest prints for each test program. Some tests start their own program once more, in a
 * machine of its own, for themselves alone: then all other tests are filtered out, and they are counted by who started them.
 */
export function countCargo(stdout) {
  const counts = nothing();
  for (const match of stdout.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; 0 filtered out;/gm,
  )) {
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

/** Names the tests that failed, as libtest tells them while they run; a name tells no test program, so it may stand twice. */
export function failedCargo(stdout) {
  return [...stdout.matchAll(/^test (.+) \.\.\. FAILED$/gm)].map((match) => match[1]);
}

/** Names the tests that failed, and the files that could not be loaded. */
export function failedVitest(report) {
  return (report?.testResults ?? [])
    .filter((file) => file.status === "failed")
    .flatMap((file) => {
      const failed = file.assertionResults.filter((test) => test.status === "failed");
      return failed.length === 0 ? [file.name] : failed.map((test) => `${file.name}: ${test.fullName}`);
    });
}

/** Names the tests that failed or passed only on a retry, with the project that they ran in. */
export function failedPlaywright(report) {
  const below = (suite) => [
    ...(suite.suites ?? []).flatMap(below),
    ...(suite.specs ?? []).flatMap((spec) =>
      spec.tests
        .filter((test) => test.status === "unexpected" || test.status === "flaky")
        .map((test) => `[${test.projectName}] ${spec.file}: ${spec.title}`),
    ),
  ];
  return (report?.suites ?? []).flatMap(below);
}
