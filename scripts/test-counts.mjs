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

/** Reads Playwright's JSON report. A test that passed only the second time ("flaky") counts as failed, until `settle` says otherwise. */
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

/** Names the tests that failed, also those that passed the second time, with the project that they ran in. */
export function failedPlaywright(report) {
  return withStatus(report, ["unexpected", "flaky"]);
}

/** Names the tests that failed and then passed the second time. */
export function unsteadyPlaywright(report) {
  return withStatus(report, ["flaky"]);
}

function withStatus(report, wanted) {
  const below = (suite) => [
    ...(suite.suites ?? []).flatMap(below),
    ...(suite.specs ?? []).flatMap((spec) =>
      spec.tests
        .filter((test) => wanted.includes(test.status))
        .map((test) => `[${test.projectName}] ${spec.file}: ${spec.title}`),
    ),
  ];
  return (report?.suites ?? []).flatMap(below);
}

/** More tests of one runner than this that pass only the second time are no accident: they have failed. */
const UNSTEADY_AT_MOST = 2;

/** Takes tests that passed the second time, when they are few, from the failed ones to the passed ones. */
export function settle(counts, unsteady) {
  if (unsteady.length > UNSTEADY_AT_MOST) return counts;
  return { ...counts, passed: counts.passed + unsteady.length, failed: counts.failed - unsteady.length };
}

/** What shows that nothing gets out has no second try, nor have the core's tests: an attack that succeeds once has succeeded. */
const NO_SECOND_TRY = new Set(["attacks", "hardening", "engine_isolation", "walls_secrets"]);

/**
 * The arguments of `cargo test` that run once more what failed, alone; undefined when there is nothing that may have a second try.
 * Only the helper's own test programs may, which run real programs beside each other, and only when every test program came to its end.
 */
export function secondTryCargo({ stdout, output }) {
  const names = [...new Set(failedCargo(stdout))];
  if (names.length === 0 || names.length > UNSTEADY_AT_MOST) return undefined;
  const begun = stdout.match(/^running \d+ tests?$/gm) ?? [];
  const ended = stdout.match(/^test result: /gm) ?? [];
  if (begun.length !== ended.length) return undefined;
  const targets = [
    ...new Set([...output.matchAll(/^error: test failed, to rerun pass `(.+)`$/gm)].map((match) => match[1])),
  ].map((target) => /^-p alcatraz --test (\w+)$/.exec(target)?.[1]);
  if (targets.length === 0 || targets.some((target) => target === undefined || NO_SECOND_TRY.has(target)))
    return undefined;
  return [
    ...["test", "--locked", "--no-fail-fast", "-p", "alcatraz"],
    ...targets.flatMap((target) => ["--test", target]),
    ...["--", "--exact", "--test-threads=1", ...names],
  ];
}

/** Of `names`, those that passed in what a run of `secondTryCargo` printed: they ran, and none of that name failed. */
export function passedCargo(stdout, names) {
  const failed = new Set(failedCargo(stdout));
  const passed = new Set([...stdout.matchAll(/^test (.+) \.\.\. ok$/gm)].map((match) => match[1]));
  return names.filter((name) => passed.has(name) && !failed.has(name));
}
