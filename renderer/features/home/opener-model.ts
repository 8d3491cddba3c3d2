// Which command tries a file out: what is no program by itself is given to the program that runs its kind. Pure.
import type { FileSort } from "../../../protocol/src/bridge.js";
import { quoteWord } from "../../ui/escape.js";

/** Endings of names, and the command with the file in the place of `%`. */
const OPENERS: readonly (readonly [RegExp, string])[] = [
  // oxlint-disable-next-line alcatraz/words-in-texts -- a command
  [/\.deb$/i, "apt-get install -y --no-install-recommends %"],
  [/\.rpm$/i, "rpm -i %"],
  [/\.(sh|bash)$/i, "bash %"],
  [/\.py$/i, "python3 %"],
  [/\.(pl|pm)$/i, "perl %"],
  [/\.rb$/i, "ruby %"],
  [/\.jar$/i, "java -jar %"],
  [/\.(ps|eps)$/i, "gs -dNOPAUSE -dBATCH %"],
  [/\.exe$/i, "wine %"],
];

/** What was downloaded is marked as a program first: in the session, where that is a change like any other. */
const MARKED = `sh -c 'chmod u+x "$0" && exec "$0"' %`;

/** Returns the command line for a file. */
export function commandFor(path: string, sort: FileSort = "program"): string {
  const known = OPENERS.find(([ending]) => ending.test(path))?.[1];
  const opener = known ?? (sort === "unmarked" ? MARKED : "%");
  return opener.replace("%", () => quoteWord(path));
}

/** Returns the folder that a file lies in. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
