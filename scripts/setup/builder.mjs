// electron-builder, by a lock file of its own: only packages are made with it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { must, timed } from "./run.mjs";
import { fingerprint, isFresh, writeStamp } from "./stamp.mjs";

const ROOM = join(ROOT, "packaging");
const STAMP = join(ROOM, "node_modules", ".alcatraz-stamp");
export const BUILDER = join(ROOM, "node_modules", ".bin", "electron-builder");

export async function installBuilder() {
  const wanted = fingerprint(ROOM, ["package.json", "package-lock.json"], process.versions.modules);
  if (isFresh(STAMP, wanted) && existsSync(BUILDER)) return;
  await timed("npm packages (electron-builder)", async () => {
    // Nothing of it has to be compiled. It asks for a newer Node where it compiles for others, which is switched off.
    const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    await must("npm", [...words, "--prefix", ROOM], { cwd: ROOM });
    writeStamp(STAMP, wanted);
  });
}
