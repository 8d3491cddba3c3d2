// What the app's own command line and environment say. Chromium's switches are Chromium's business.
import { resolve } from "node:path";

export interface Arguments {
  /** Directory of the sample that Home offers. */
  sample: string | null;
  /** Files to try, from “Open in Alcatraz”. */
  open: string[];
}

/** Reads `--sample=DIR` and `--open=FILE` among whatever else is there; relative paths are below `cwd`. */
export function readArguments(argv: readonly string[], cwd: string): Arguments {
  const paths = (name: string): string[] => {
    const prefix = `--${name}=`;
    const values = argv.filter((word) => word.startsWith(prefix)).map((word) => word.slice(prefix.length));
    return values.filter((value) => value !== "").map((value) => resolve(cwd, value));
  };
  return { sample: paths("sample")[0] ?? null, open: paths("open") };
}
