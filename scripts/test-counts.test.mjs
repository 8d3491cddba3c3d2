// What each runner says for machines, counted.
import { describe, expect, it } from "vitest";
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

describe("countCargo", () => {
  it("sums every test program", () => {
    const stdout = [
      "running 2 tests",
      "test a ... ok",
      "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
      "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.00s",
    ].join("\n");
    expect(countCargo(stdout)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });

  it("counts a test once that starts its own program for itself", () => {
    const line = (filtered) =>
      `test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; ${filtered} filtered out; finished in 0.00s`;
    expect(countCargo([line(11), line(0)].join("\n")).passed).toBe(1);
  });

  it("is not taken in by a test that prints such words within a line", () => {
    expect(countCargo("it said test result: ok. 9 passed; 0 failed; 0 ignored;")).toEqual({
      passed: 0,
      failed: 0,
      skipped: 0,
    });
  });
});

describe("countVitest", () => {
  const file = (status, tests) => ({ status, assertionResults: Array.from({ length: tests }, () => ({})) });

  it("counts a file that could not be loaded as a failure", () => {
    const report = {
      numPassedTests: 4,
      numFailedTests: 1,
      numPendingTests: 1,
      numTodoTests: 1,
      testResults: [file("passed", 4), file("failed", 1), file("failed", 0)],
    };
    expect(countVitest(report)).toEqual({ passed: 4, failed: 2, skipped: 2 });
  });

  it("counts nothing without a report", () => {
    expect(countVitest(undefined)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe("countPlaywright", () => {
  it("takes a flaky test for a failed one", () => {
    const report = { stats: { expected: 7, unexpected: 1, flaky: 2, skipped: 0 } };
    expect(countPlaywright(report)).toEqual({ passed: 7, failed: 3, skipped: 0 });
  });
});

describe("the names of tests that failed", () => {
  it("are read from libtest's lines", () => {
    expect(failedCargo("test a::b ... ok\ntest a::c ... FAILED\nit said test x ... FAILED or so\n")).toEqual([
      "a::c",
    ]);
  });

  it("are read from vitest's report, with files that could not be loaded", () => {
    const testResults = [
      { name: "x.ts", status: "failed", assertionResults: [{ status: "failed", fullName: "one" }] },
      { name: "y.ts", status: "failed", assertionResults: [] },
      { name: "z.ts", status: "passed", assertionResults: [{ status: "passed", fullName: "two" }] },
    ];
    expect(failedVitest({ testResults })).toEqual(["x.ts: one", "y.ts"]);
    expect(failedVitest(undefined)).toEqual([]);
  });

  it("are read from Playwright's report, however deep", () => {
    const spec = (title, status) => ({ file: "a.spec.ts", title, tests: [{ projectName: "user", status }] });
    const report = {
      suites: [{ specs: [spec("one", "flaky")], suites: [{ specs: [spec("two", "expected")] }] }],
    };
    expect(failedPlaywright(report)).toEqual(["[user] a.spec.ts: one"]);
    expect(unsteadyPlaywright(report)).toEqual(["[user] a.spec.ts: one"]);
  });
});

describe("a second try", () => {
  const ended = (failed) => `test result: FAILED. 1 passed; ${failed} failed; 0 ignored;`;
  const printed = (names, target) => {
    const stdout = [
      "running 2 tests",
      ...names.map((name) => `test ${name} ... FAILED`),
      ended(names.length),
    ];
    const output = [...stdout, `error: test failed, to rerun pass \`${target}\``].join("\n");
    return { stdout: stdout.join("\n"), output };
  };

  it("runs again what failed in the helper's test programs, alone", () => {
    expect(secondTryCargo(printed(["one"], "-p alcatraz --test run"))?.join(" ")).toBe(
      "test --locked --no-fail-fast -p alcatraz --test run -- --exact --test-threads=1 one",
    );
  });

  it("is not given to attacks, to the core's tests, to many, or when a test program came to no end", () => {
    expect(secondTryCargo(printed(["one"], "-p alcatraz --test attacks"))).toBeUndefined();
    expect(secondTryCargo(printed(["one"], "-p see-core --lib"))).toBeUndefined();
    expect(secondTryCargo(printed(["one", "two", "three"], "-p alcatraz --test run"))).toBeUndefined();
    expect(secondTryCargo(printed([], "-p alcatraz --test run"))).toBeUndefined();
    const { stdout, output } = printed(["one"], "-p alcatraz --test run");
    expect(secondTryCargo({ stdout: `${stdout}\nrunning 3 tests`, output })).toBeUndefined();
  });

  it("counts only for a test that ran and did not fail again", () => {
    expect(passedCargo("test one ... ok\ntest two ... FAILED", ["one", "two", "three"])).toEqual(["one"]);
    expect(passedCargo("test one ... ok\ntest one ... FAILED", ["one"])).toEqual([]);
  });

  it("settles a few tests, and never many", () => {
    const counts = { passed: 5, failed: 3, skipped: 0 };
    expect(settle(counts, ["one", "two"])).toEqual({ passed: 7, failed: 1, skipped: 0 });
    expect(settle(counts, ["one", "two", "three"])).toEqual(counts);
  });
});
