// A real Debian package for tests to install and remove: small, and from the archive that this machine uses.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "./paths.mjs";
import { run, SetupError, timed } from "./run.mjs";

const NAME = "hello";
const HOME = join(CACHE, "debian");
export const PACKAGE = join(HOME, `${NAME}.deb`);

export async function fetchPackage() {
  if (!existsSync(PACKAGE)) await timed(`Debian package ${NAME}`, download);
}

async function download() {
  const work = `${HOME}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const attempt = () => run("apt-get", ["download", "-q", NAME], { cwd: work });
  let result = await attempt();
  if (result.status !== 0 && process.geteuid() === 0) {
    await run("apt-get", ["update"]);
    result = await attempt();
  }
  const file = readdirSync(work).find((name) => name.endsWith(".deb"));
  if (result.status !== 0 || file === undefined) {
    throw new SetupError(`${result.output.trimEnd()}\n\napt-get could not download the package ${NAME}.`);
  }
  mkdirSync(HOME, { recursive: true });
  renameSync(join(work, file), PACKAGE);
  rmSync(work, { recursive: true });
}
