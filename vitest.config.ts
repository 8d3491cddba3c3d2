// Unit tests of the TypeScript rooms and of the scripts: pure ones, beside what they test.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{protocol,electron,renderer}/**/*.test.{ts,tsx}", "{scripts,bench}/**/*.test.mjs"],
    environment: "node",
  },
});
