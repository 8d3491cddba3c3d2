// The native helper: a release build by cargo, which knows itself what is fresh.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { HELPER, ROOT } from "./paths.mjs";
import { must, timed } from "./run.mjs";

export const CARGO_ROOM = join(ROOT, "native-helper");

export async function buildHelper() {
  const build = () =>
    must("cargo", ["build", "--release", "--locked", "--target-dir", "target", "--bin", "alcatraz"], {
      cwd: CARGO_ROOM,
    });
  if (existsSync(HELPER)) await build();
  else await timed("native helper (cargo, a minute or two the first time)", build);
}
