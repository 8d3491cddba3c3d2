// npm run package: set-up, then the app as a Debian package. Knows the order of the steps; what is in the package: deb.mjs.
// With --trial it takes whatever Electron is there, and says so in the package's version.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { runMain, setUp } from "../scripts/setup.mjs";
import { checkSystem } from "../scripts/setup/debian.mjs";
import { CACHE, ROOT } from "../scripts/setup/paths.mjs";
import { must, say, SetupError, timed } from "../scripts/setup/run.mjs";
import { electronPath, isOfficial } from "../scripts/setup/runtime.mjs";
import { fingerprint, isFresh, writeStamp } from "../scripts/setup/stamp.mjs";
import { buildDeb } from "./deb.mjs";

const ROOM = join(ROOT, "packaging");
const BUILDER = join(ROOM, "node_modules", ".bin", "electron-builder");
const STAMP = join(ROOM, "node_modules", ".alcatraz-stamp");
const OUTPUT = join(CACHE, "package");

await runMain(async () => {
  const isTrial = process.argv.includes("--trial");
  await setUp("start");
  await checkSystem("package");
  const electron = dirname(electronPath());
  if (!isTrial && !isOfficial(electron)) {
    throw new SetupError(
      "A package holds the official Electron, and only its unofficial repack is on this machine. Where GitHub can be reached, remove " +
        `${electron} and try again. To try the package on this machine alone: npm run package -- --trial`,
    );
  }
  await installBuilder();
  rmSync(OUTPUT, { recursive: true, force: true });
  await timed("app (electron-builder)", () => buildDirectory(electron));
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const deb = await timed("Debian package", () =>
    buildDeb(join(OUTPUT, "linux-unpacked"), OUTPUT, isTrial ? `${version}+trial` : version, isTrial),
  );
  say(`${deb}\nInstall it with: sudo apt install ${deb}`);
  return 0;
});

async function installBuilder() {
  const wanted = fingerprint(ROOM, ["package.json", "package-lock.json"], process.versions.modules);
  if (isFresh(STAMP, wanted) && existsSync(BUILDER)) return;
  await timed("npm packages (electron-builder)", async () => {
    // Nothing of it has to be compiled. It asks for a newer Node where it compiles for others, which is switched off.
    const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    await must("npm", [...words, "--prefix", ROOM], { cwd: ROOM });
    writeStamp(STAMP, wanted);
  });
}

/** Puts the app, Electron and the helper into one directory, with Electron's switches set for use by people. */
async function buildDirectory(electron) {
  const version = readFileSync(join(electron, "version"), "utf8").trim().replace(/^v/, "");
  const config = ["--config", join(ROOM, "electron-builder.json")];
  const runtime = [`-c.electronDist=${electron}`, `-c.electronVersion=${version}`];
  await must(BUILDER, ["--linux", "dir", "--projectDir", ROOT, "--publish", "never", ...config, ...runtime]);
  // What an Electron without an app shows.
  rmSync(join(OUTPUT, "linux-unpacked", "resources", "default_app.asar"), { force: true });
}
