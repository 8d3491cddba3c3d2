// What the app's own command line and environment say. Chromium's switches are Chromium's business.
import { resolve } from "node:path";

export interface Arguments {
  /** Directory of the sample that Home offers. */
  sample: string | null;
}

/** Reads `--sample DIR` or `--sample=DIR` among whatever else is there; relative paths are below `cwd`. */
export function readArguments(argv: readonly string[], cwd: string): Arguments {
  const at = argv.findIndex((word) => word === "--sample" || word.startsWith("--sample="));
  const word = argv[at];
  if (word === undefined) return { sample: null };
  const value = word === "--sample" ? argv[at + 1] : word.slice("--sample=".length);
  return { sample: value === undefined || value === "" ? null : resolve(cwd, value) };
}
