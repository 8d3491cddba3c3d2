// The checks of the source text: types, lint, format, unused code. Run by npm run lint and by npm test.
import { bin } from "./setup/paths.mjs";
import { CARGO_ROOM } from "./setup/helper.mjs";

export const checks = [
  { name: "types", command: bin("tsc"), args: ["--build"] },
  { name: "oxlint", command: bin("oxlint"), args: ["--deny-warnings", "--type-aware"] },
  { name: "prettier", command: bin("prettier"), args: ["--check", "--log-level=warn", "."] },
  { name: "knip", command: bin("knip"), args: [] },
  { name: "cargo fmt", command: "cargo", args: ["fmt", "--all", "--check"], cwd: CARGO_ROOM },
  {
    name: "clippy",
    command: "cargo",
    args: ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"],
    cwd: CARGO_ROOM,
  },
];
