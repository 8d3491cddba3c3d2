// Unit tests of the TypeScript rooms and of the scripts, beside what they test; and real programs in sessions.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{protocol,texts,electron,renderer}/**/*.test.{ts,tsx}", "{scripts,bench}/**/*.test.mjs"],
    environment: "node",
    // A busy machine is no bug: this only ends a test that hangs.
    testTimeout: 60_000,
  },
});
