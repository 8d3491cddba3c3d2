// The installed applications, from the .desktop entries of the XDG data directories. Reads only; runs nothing.
import { constants } from "node:fs";
import { access, readdir, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Application } from "../../../protocol/src/bridge.js";
import { type DesktopEntry, parseDesktopEntry } from "./desktop-entry.js";
import { findIcon } from "./icons.js";
import { readSmallFile } from "./small-file.js";

/** The largest .desktop entry that is read, in bytes; the largest on a full desktop are a tenth of it. */
export const ENTRY_LIMIT = 512 * 1024;
const DEPTH_LIMIT = 4;
const COUNT_LIMIT = 5_000;
/** How many entries are read at the same time. */
const LANES = 8;
/** How long an answer is given again without looking, in milliseconds. */
const FRESH = 20_000;

/** The part of the person's surroundings that decides which applications there are. */
export interface Surroundings {
  home: string;
  environment: Readonly<Record<string, string | undefined>>;
}

/** Returns the data directories, most important first. Relative ones are invalid by specification. */
export function dataDirectories({ home, environment }: Surroundings): string[] {
  const personal = environment["XDG_DATA_HOME"] || join(home, ".local", "share");
  const shared = environment["XDG_DATA_DIRS"] || "/usr/local/share:/usr/share";
  return [...new Set([personal, ...shared.split(delimiter)])].filter((path) => isAbsolute(path));
}

/** Returns the language that names are wanted in. */
export function localeOf(environment: Surroundings["environment"]): string {
  return environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "C";
}

/** Collects entry files by desktop-file id; an id found earlier hides later ones, also when it hides itself. */
async function collect(root: string, found: Map<string, string>): Promise<void> {
  const seen = new Set<string>();
  const visit = async (directory: string, prefix: string, depth: number): Promise<void> => {
    const real = await realpath(directory).catch(() => null);
    if (real === null || seen.has(real) || depth > DEPTH_LIMIT) return;
    seen.add(real);
    const names = await readdir(real, { withFileTypes: true }).catch(() => []);
    for (const item of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.size >= COUNT_LIMIT) return;
      const path = join(directory, item.name);
      if (item.name.endsWith(".desktop")) {
        const id = prefix + item.name;
        if (!found.has(id)) found.set(id, path);
      } else if (item.isDirectory() || (item.isSymbolicLink() && (await isDirectory(path)))) {
        await visit(path, `${prefix}${item.name}-`, depth + 1);
      }
    }
  };
  await visit(root, "", 0);
}

/** Returns the entries of these data directories: files by id. */
export async function collectEntries(directories: readonly string[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const directory of directories) await collect(join(directory, "applications"), files);
  return files;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

/** Tells whether a program is there, by its path or by its name. */
export async function canRun(program: string, environment: Surroundings["environment"]): Promise<boolean> {
  const searchPath = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  const places = program.includes("/")
    ? [program]
    : searchPath.split(delimiter).map((directory) => join(directory, program));
  for (const place of places) {
    if (!isAbsolute(place)) continue;
    const runs = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return true;
  }
  return false;
}

function isShown(entry: DesktopEntry, environment: Surroundings["environment"]): boolean {
  const desktops = (environment["XDG_CURRENT_DESKTOP"] ?? "").split(":").filter((name) => name !== "");
  if (entry.onlyShowIn.length > 0) return desktops.some((name) => entry.onlyShowIn.includes(name));
  return !desktops.some((name) => entry.notShowIn.includes(name));
}

async function readApplication(
  id: string,
  path: string,
  surroundings: Surroundings,
  directories: readonly string[],
): Promise<Application | null> {
  const { environment } = surroundings;
  const content = await readSmallFile(path, ENTRY_LIMIT);
  if (content === null) return null;
  const entry = parseDesktopEntry(content.toString("utf8"), localeOf(environment), path);
  if (entry === null || !isShown(entry, environment)) return null;
  if (entry.tryExec !== undefined && !(await canRun(entry.tryExec, environment))) return null;
  const icon = entry.icon === undefined ? undefined : await findIcon(entry.icon, directories);
  return {
    id,
    name: entry.name,
    command: entry.command,
    terminal: entry.terminal,
    ...(entry.comment === undefined ? {} : { comment: entry.comment }),
    ...(icon === undefined ? {} : { icon }),
  };
}

/** Returns the applications that a person of these surroundings would find in a menu, by name. */
export async function findApplications(surroundings: Surroundings): Promise<Application[]> {
  const directories = dataDirectories(surroundings);
  const files = await collectEntries(directories);
  const found: Application[] = [];
  const queue = files.entries();
  const lane = async (): Promise<void> => {
    for (const [id, path] of queue) {
      const application = await readApplication(id, path, surroundings, directories);
      if (application !== null) found.push(application);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const order = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
  return found.toSorted((a, b) => order.compare(a.name, b.name) || order.compare(a.id, b.id));
}

/** The applications, looked up when first asked for and again when the answer has grown old. */
export class ApplicationList {
  readonly #surroundings: Surroundings;
  #answer: { at: number; list: Promise<Application[]> } | null = null;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  get(): Promise<Application[]> {
    const now = performance.now();
    if (this.#answer === null || now - this.#answer.at > FRESH) {
      this.#answer = { at: now, list: findApplications(this.#surroundings) };
    }
    return this.#answer.list;
  }
}
