// End-to-end tests: the real app in real Electron. One project for each privilege mode that can be had here.
import { defineConfig } from "@playwright/test";
import type { HarnessOptions } from "./e2e/test.js";

const root = process.geteuid?.() === 0;

/** Specs of the window alone: what they show does not depend on the helper's privileges, so user mode runs them. */
const WINDOW_ALONE = [
  "accessibility",
  "conflicts",
  "desktop",
  "door",
  "encodings",
  "groups",
  "hostile-names",
  "inside",
  "keyboard",
  "many-changes",
  "pages",
  "notifications",
  "shell",
].map((name) => `${name}.spec.ts`);

export default defineConfig<object, HarnessOptions>({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  outputDir: "test-results",
  // Each test has its own home, store and app; they share two cores and one screen.
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  projects: [
    ...(root ? [{ name: "system", testIgnore: WINDOW_ALONE, use: { mode: "system" as const } }] : []),
    { name: "user", use: { mode: "user" as const } },
  ],
});
