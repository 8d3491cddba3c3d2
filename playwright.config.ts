// End-to-end tests: the real app in real Electron. One project for each privilege mode that can be had here.
import { defineConfig } from "@playwright/test";
import type { HarnessOptions } from "./e2e/test.js";

const root = process.geteuid?.() === 0;

/** Specs of the window alone, and of a person who asks for a password: what they show does not depend on root, so user mode runs them. */
const WINDOW_ALONE = [
  "accessibility",
  "administrator",
  "conflicts",
  "desktop",
  "door",
  "encodings",
  "groups",
  "hostile-names",
  "ignore-list",
  "inside",
  "installed",
  "keyboard",
  "many-changes",
  "pages",
  "notifications",
  "odd-names",
  "shell",
  "tree-news",
  "views",
  "visual",
  "visual-conflicts",
  "visual-session",
].map((name) => `${name}.spec.ts`);

export default defineConfig<object, HarnessOptions>({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  outputDir: "test-results",
  // Each test has its own home, store and app; they share two cores and one screen.
  workers: 1,
  forbidOnly: true,
  // Each step has its own limit, below: this one is for what goes on for ever, on a machine that does much else too.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  // The pictures of e2e/visual.spec.ts are never made in passing: only when somebody asks for it, and looks at them.
  snapshotPathTemplate: "{testDir}/baselines/{arg}{ext}",
  updateSnapshots: (process.env["UPDATE"] ?? "") === "" ? "none" : "all",
  projects: [
    ...(root ? [{ name: "system", testIgnore: WINDOW_ALONE, use: { mode: "system" as const } }] : []),
    { name: "user", use: { mode: "user" as const } },
  ],
});
