// npm run package: set-up, then the app as a Debian package. Knows the order of the steps; what is in the package: deb.mjs.
// With --trial it takes whatever Electron is there, and says so in the package's version.
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { runMain, setUp } from "../scripts/setup.mjs";
import { BUILDER, installBuilder } from "../scripts/setup/builder.mjs";
import { checkSystem } from "../scripts/setup/debian.mjs";
import { CACHE, ROOT } from "../scripts/setup/paths.mjs";
import { must, say, SetupError, timed } from "../scripts/setup/run.mjs";
import { electronPath, isOfficial } from "../scripts/setup/runtime.mjs";
import { buildDeb } from "./deb.mjs";

await runMain(async () => {
  const isTrial = process.argv.includes("--trial");
  await setUp("start");
  await checkSystem("package");
  const electron = dirname(electronPath());
  if (!isTrial && !isOfficial(electron)) throw new SetupError(refusal(electron));
  await installBuilder();
  const output = join(CACHE, isTrial ? "package-trial" : "package");
  rmSync(output, { recursive: true, force: true });
  const app = await timed("app (electron-builder)", () => buildDirectory(electron, output));
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const deb = await timed("Debian package", () => buildDeb(app, output, version, isTrial));
  say(`${deb}\nInstall it with: sudo apt install ${deb}`);
  return 0;
});

function refusal(electron) {
  const mend = process.env.ELECTRON_OVERRIDE_DIST_PATH
    ? "ELECTRON_OVERRIDE_DIST_PATH names another one: unset it, where GitHub can be reached"
    : `only its unofficial repack is on this machine: remove ${electron}, where GitHub can be reached`;
  return (
    `A package holds the official Electron, and ${mend}, and try again.\n` +
    "To try a package on this machine alone: npm run package -- --trial"
  );
}

/** Puts the app, Electron and the helper into one directory, with Electron's switches set for use by people. */
async function buildDirectory(electron, output) {
  const version = readFileSync(join(electron, "version"), "utf8").trim().replace(/^v/, "");
  const config = ["--config", join(ROOT, "packaging", "electron-builder.json")];
  const runtime = [`-c.electronDist=${electron}`, `-c.electronVersion=${version}`];
  const target = ["--linux", "dir", "--projectDir", ROOT, "--publish", "never"];
  await must(BUILDER, [...target, ...config, ...runtime, `-c.directories.output=${output}`]);
  const app = join(output, "linux-unpacked");
  // What an Electron without an app shows.
  rmSync(join(app, "resources", "default_app.asar"), { force: true });
  return app;
}
