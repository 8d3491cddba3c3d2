// npm packages, exactly as the lock file says. node-pty has native code, which is built here.
import { existsSync, lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { MODULES, ROOT } from "./paths.mjs";
import { must, SetupError, timed } from "./run.mjs";
import { fingerprint, isFresh, writeStamp } from "./stamp.mjs";

const STAMP = join(MODULES, ".alcatraz-stamp");
const PTY = join(MODULES, "node-pty", "build", "Release", "pty.node");

export async function installPackages() {
  // A linked node_modules belongs to another checkout, which keeps it.
  if (existsSync(MODULES) && lstatSync(MODULES).isSymbolicLink()) return;
  const wanted = fingerprint(ROOT, ["package.json", "package-lock.json", ".npmrc"], process.versions.modules);
  if (isFresh(STAMP, wanted) && existsSync(PTY)) return;

  await timed("npm packages", async () => {
    const env = buildHeaders();
    await must("npm", ["ci", "--no-audit", "--no-fund"], { env });
    // npm may be told, by its own settings, to run no scripts: then node-pty is not built yet.
    if (!existsSync(PTY))
      await must("npm", ["rebuild", "node-pty", "--ignore-scripts=false", "--foreground-scripts"], { env });
    if (!existsSync(PTY))
      throw new SetupError(
        "node-pty was installed but not built.\nTry: npm rebuild node-pty --foreground-scripts",
      );
    writeStamp(STAMP, wanted);
  });
}

/** Node's C headers are used from this machine when they are there; else node-gyp fetches them from nodejs.org. */
function buildHeaders() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node_api.h")) ? { npm_config_nodedir: prefix } : {};
}
