// The measurements, run by the harness of the end-to-end tests. They assert nothing about time.
import { defineConfig } from "@playwright/test";
import type { HarnessOptions } from "../e2e/test.js";

const root = process.geteuid?.() === 0;

export default defineConfig<object, HarnessOptions>({
  testDir: ".",
  testMatch: "*.bench.ts",
  outputDir: "../test-results/bench",
  workers: 1,
  timeout: 30 * 60_000,
  reporter: [["list"], ["./reporter.ts"]],
  projects: [
    ...(root ? [{ name: "system", use: { mode: "system" as const } }] : []),
    { name: "user", use: { mode: "user" as const } },
  ],
});
