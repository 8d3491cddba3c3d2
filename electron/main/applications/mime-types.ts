// Which types a file has, from the names and kinds that the desktop's own database knows (freedesktop.org Shared MIME-info
// Specification), and from the first bytes of a few. Pure but for reading that database.
import { join } from "node:path";
import { readSmallFile } from "./small-file.js";

/** The largest list that is read, in bytes; a full desktop's is a twentieth of it. */
const LIMIT = 2 * 1024 * 1024;

interface Glob {
  weight: number;
  type: string;
  /** The name's end; a whole name begins with no star. */
  pattern: string;
  /** Whether capital letters count. */
  exact: boolean;
}

export interface TypeNames {
  globs: Glob[];
  /** More general types of a type. */
  parents: Map<string, string[]>;
}

/** What documents without an ending begin with. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ["%PDF-", "application/pdf"],
  ["%!PS", "application/postscript"],
  ["{\\rtf", "application/rtf"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF8", "image/gif"],
];
/** As many bytes as the longest of them has. */
export const BEGINNING_LENGTH = Math.max(...BEGINNINGS.map(([beginning]) => beginning.length));

/** Reads the database of these data directories. */
export async function readTypeNames(dataDirectories: readonly string[]): Promise<TypeNames> {
  const names: TypeNames = { globs: [], parents: new Map() };
  for (const directory of dataDirectories) {
    const lines = async (file: string): Promise<string[]> =>
      ((await readSmallFile(join(directory, "mime", file), LIMIT))?.toString("utf8") ?? "").split("\n");
    for (const line of await lines("globs2")) {
      const [weight = "", type = "", pattern = "", flags = ""] = line.split(":");
      // Nearly all are a whole name or an ending.
      if (/^\d+$/.test(weight) && /^\*?[^*?[\]]+$/.test(pattern))
        names.globs.push({ weight: Number(weight), type, pattern, exact: flags.split(",").includes("cs") });
    }
    for (const line of await lines("subclasses")) {
      const [type = "", parent = ""] = line.split(" ");
      if (parent !== "") names.parents.set(type, [...(names.parents.get(type) ?? []), parent]);
    }
  }
  return names;
}

/** Returns the types of a file of this name that begins like this, the most telling first; none when nobody knows. */
export function typesOf({ globs, parents }: TypeNames, name: string, beginning: string): string[] {
  const fits = ({ pattern, exact }: Glob): boolean => {
    const [wanted, own] = exact ? [pattern, name] : [pattern.toLowerCase(), name.toLowerCase()];
    return wanted.startsWith("*") ? own.endsWith(wanted.slice(1)) : own === wanted;
  };
  const named = globs
    .filter(fits)
    .toSorted((a, b) => b.weight - a.weight || b.pattern.length - a.pattern.length);
  const best = named.filter(
    ({ weight, pattern }) => weight === named[0]?.weight && pattern.length === named[0].pattern.length,
  );
  const first = best.map(({ type }) => type);
  if (first.length === 0) {
    const known = BEGINNINGS.find(([bytes]) => beginning.startsWith(bytes));
    if (known !== undefined) first.push(known[1]);
  }
  const types = new Set(first);
  // A set that grows while it is walked: parents come behind what they are parents of.
  for (const type of types) {
    for (const parent of parents.get(type) ?? [])
      if (parent !== "application/octet-stream") types.add(parent);
  }
  if ([...types].some((type) => type.startsWith("text/"))) types.add("text/plain");
  return [...types];
}
