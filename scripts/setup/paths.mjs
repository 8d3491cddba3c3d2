// Where things lie in a checkout. Knows no step of the set-up.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** What set-up and tests make and may be thrown away at any time. */
export const CACHE = join(ROOT, ".cache");
export const MODULES = join(ROOT, "node_modules");
export const HELPER = join(ROOT, "native-helper", "target", "release", "alcatraz");

/** Returns the path of a program that an npm package brought. */
export function bin(name) {
  return join(MODULES, ".bin", name);
}
