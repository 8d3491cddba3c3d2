// Where the helper program lies, in a package and in a source tree.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { APP_ERRORS } from "../../../texts/app-errors.js";
import { fail } from "../failure.js";

export interface Places {
  packaged: boolean;
  /** Electron's resources directory. */
  resources: string;
  /** The source tree's root; of use only when not packaged. */
  source: string;
  /** `ALCATRAZ_HELPER`, honoured only in a source tree: a package runs its own helper. */
  override: string | undefined;
}

/** Returns the helper's path, or fails with what to do. */
export async function locateHelper(places: Places): Promise<string> {
  const path = candidate(places);
  try {
    await access(path, constants.X_OK);
  } catch (cause) {
    throw fail("helper-gone", APP_ERRORS.helperMissing(path, places.packaged), { path }, cause);
  }
  return path;
}

function candidate(places: Places): string {
  if (places.packaged) return join(places.resources, "bin", "alcatraz");
  if (places.override !== undefined && places.override !== "") return places.override;
  return join(places.source, "native-helper", "target", "release", "alcatraz");
}
