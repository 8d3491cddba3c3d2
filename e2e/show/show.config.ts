// The app shown rather than tested: the tour of npm start without a display, and the README's screenshots.
import { defineConfig } from "@playwright/test";
import type { HarnessOptions } from "../test.js";

export default defineConfig<object, HarnessOptions>({
  testDir: ".",
  testMatch: "*.show.ts",
  outputDir: "../../test-results/show",
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: "./reporter.ts",
  use: { mode: process.geteuid?.() === 0 ? "system" : "user" },
});
