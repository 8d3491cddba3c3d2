// Which command tries a file out: what is no program by itself is given to the program that runs its kind. Pure.
import { quoteWord } from "../../ui/escape.js";

/** Endings of names, and the command with the file in the place of `%`. */
const OPENERS: readonly (readonly [RegExp, string])[] = [
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

/** Returns the command line for a file. */
export function commandFor(path: string): string {
  const opener = OPENERS.find(([ending]) => ending.test(path))?.[1] ?? "%";
  return opener.replace("%", () => quoteWord(path));
}

/** Returns the folder that a file lies in. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
