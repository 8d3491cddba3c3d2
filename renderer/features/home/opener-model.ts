// What is done with a file that somebody wants to try: a program is run, a script or package is given to what runs its kind,
// a document to the application that opens it. Pure.
import type { FileSort, OpenWith } from "../../../protocol/src/bridge.js";
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
  [/\.exe$/i, "wine %"],
];
/** For documents, when the desktop has nothing that opens them. */
const READERS: readonly (readonly [RegExp, string])[] = [[/\.(ps|eps)$/i, "gs -dNOPAUSE -dBATCH %"]];

/** What was downloaded is marked as a program first: in the session, where that is a change like any other. */
const MARKED = `sh -c 'chmod u+x "$0" && exec "$0"' %`;

/** What is to be done. */
export type Taking =
  /** Run this line in the file's folder; a document, by what shows it where, with the care that documents get. */
  | { how: "run"; line: string; cwd: string; document: "window" | "terminal" | null }
  /** Start what a launcher starts, as one of the applications. */
  | { how: "start"; command: string[]; terminal: boolean }
  /** Run in this folder what will be typed. */
  | { how: "folder"; cwd: string }
  /** Ask for the program: nothing is known that opens it, or it could not be read to know. */
  | { how: "ask"; line: string; cwd: string; unread?: true };

/** Returns what runs a program, a script or a package; null: it is none of these. */
export function commandFor(path: string, sort: FileSort = "program"): string | null {
  const opener = match(OPENERS, path) ?? (sort === "unmarked" ? MARKED : sort === "program" ? "%" : null);
  return opener === null ? null : put(opener, path);
}

/** Tells whether only root can install what the file holds. */
export function isRoots(path: string): boolean {
  return /\.(deb|rpm)$/i.test(path);
}

/** Returns what to do with a file; `opener` is what the desktop has for it. */
export function takingOf(path: string, sort: FileSort, opener: OpenWith | null): Taking {
  const cwd = folderOf(path);
  if (sort === "folder") return { how: "folder", cwd: path };
  const line = commandFor(path, sort);
  if (line !== null) return { how: "run", line, cwd, document: null };
  if (opener?.launcher === true) return { how: "start", command: opener.command, terminal: opener.terminal };
  if (opener !== null) {
    const document = opener.terminal ? "terminal" : "window";
    return { how: "run", line: opener.command.map(quoteWord).join(" "), cwd, document };
  }
  const reader = match(READERS, path);
  if (reader !== undefined) return { how: "run", line: put(reader, path), cwd, document: "window" };
  return sort === "unread" ? { ...askFor([path]), unread: true } : askFor([path]);
}

/** Returns the line that waits for its program: the paths, behind the place for it. */
export function askFor(paths: readonly string[]): Extract<Taking, { how: "ask" }> {
  return { how: "ask", line: ["", ...paths.map(quoteWord)].join(" "), cwd: folderOf(paths[0] ?? "/") };
}

/** Returns the folder that a file lies in. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function match(table: typeof OPENERS, path: string): string | undefined {
  return table.find(([ending]) => ending.test(path))?.[1];
}

function put(opener: string, path: string): string {
  return opener.replace("%", () => quoteWord(path));
}
