// The app's three bundles, built by electron-vite when a source of theirs changed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bin, ROOT } from "./paths.mjs";
import { must, timed } from "./run.mjs";
import { fingerprint, isFresh, writeStamp } from "./stamp.mjs";

const SOURCES = [
  "electron",
  "renderer",
  "protocol/src",
  "texts",
  "electron.vite.config.ts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.base.json",
];
const STAMP = join(ROOT, "out", ".stamp");
const ENTRY = join(ROOT, "out", "main", "main.js");

export async function buildApp() {
  const wanted = fingerprint(ROOT, SOURCES);
  if (isFresh(STAMP, wanted) && existsSync(ENTRY)) return;
  await timed("app (electron-vite)", async () => {
    await must(bin("electron-vite"), ["build", "--logLevel", "warn"]);
    writeStamp(STAMP, wanted);
  });
}
