// Which application of the desktop opens a file, and with which command (freedesktop.org MIME Applications Specification).
// Reads only; runs nothing.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename, delimiter, isAbsolute, join } from "node:path";
import type { OpenWith } from "../../../protocol/src/bridge.js";
import { HANDLER } from "../desktop/launcher-entry.js";
import {
  canRun,
  collectEntries,
  dataDirectories,
  ENTRY_LIMIT,
  localeOf,
  type Surroundings,
} from "./applications.js";
import { parseDesktopEntry, readOpener, type OpenerEntry } from "./desktop-entry.js";
import { BEGINNING_LENGTH, readTypeNames, typesOf } from "./mime-types.js";
import { readSmallFile } from "./small-file.js";

const LIST_LIMIT = 1024 * 1024;

/** What the lists of handlers say: ids by type, the first ones first. */
interface Handlers {
  defaults: Map<string, string[]>;
  added: Map<string, string[]>;
  removed: Map<string, string[]>;
}

/** The groups of those lists. */
// oxlint-disable alcatraz/words-in-texts -- the specification's own words
const GROUPS: Readonly<Record<string, keyof Handlers>> = {
  "[Default Applications]": "defaults",
  "[Added Associations]": "added",
  "[Removed Associations]": "removed",
};
// oxlint-enable alcatraz/words-in-texts

/** Returns how the desktop opens this file: what a launcher starts, or the application for its type. Null: it has none. */
export async function openWith(path: string, surroundings: Surroundings): Promise<OpenWith | null> {
  const locale = localeOf(surroundings.environment);
  const text = await readSmallFile(path, ENTRY_LIMIT);
  if (path.endsWith(".desktop") && text !== null) {
    const launcher = parseDesktopEntry(text.toString("utf8"), locale, path);
    if (launcher !== null) return { ...launcher, launcher: true };
  }
  const opener = await openerOf(path, surroundings, () => true);
  return opener === null ? null : { ...opener, launcher: false };
}

/** Returns the command of the application that shows this file in a window. What a launcher starts is none. Null: there is none. */
export async function viewerOf(path: string, surroundings: Surroundings): Promise<string[] | null> {
  if (path.endsWith(".desktop")) return null;
  const opener = await openerOf(path, surroundings, ({ terminal }) => !terminal);
  return opener?.command ?? null;
}

/** Returns the first application for the file's type that will do. */
async function openerOf(
  path: string,
  surroundings: Surroundings,
  does: (entry: OpenerEntry) => boolean,
): Promise<OpenerEntry | null> {
  const locale = localeOf(surroundings.environment);
  const directories = dataDirectories(surroundings);
  const names = await readTypeNames(directories);
  const types = typesOf(names, basename(path), await beginningOf(path));
  if (types.length === 0) return null;
  const files = await collectEntries(directories);
  const handlers = await readHandlers(surroundings, directories);
  const look = async (id: string): Promise<OpenerEntry | null> => {
    const file = files.get(id);
    // Not ourselves: who opens a file here wants what would have opened it.
    if (file === undefined || id === HANDLER) return null;
    const content = await readSmallFile(file, ENTRY_LIMIT);
    const entry = content === null ? null : readOpener(content.toString("utf8"), locale, file, path);
    if (entry === null || !does(entry)) return null;
    const runs = entry.tryExec === undefined || (await canRun(entry.tryExec, surroundings.environment));
    return runs ? entry : null;
  };
  /** Each entry is read once, however many types the file has. */
  const known = new Map<string, Promise<OpenerEntry | null>>();
  const read = (id: string): Promise<OpenerEntry | null> => {
    const entry = known.get(id) ?? look(id);
    known.set(id, entry);
    return entry;
  };
  for (const type of types) {
    const removed = new Set(handlers.removed.get(type));
    const listed = [...(handlers.defaults.get(type) ?? []), ...(handlers.added.get(type) ?? [])];
    for (const id of listed.filter((each) => !removed.has(each))) {
      const entry = await read(id);
      if (entry !== null) return entry;
    }
    for (const id of files.keys()) {
      const entry = removed.has(id) ? null : await read(id);
      if (entry?.types.includes(type) === true) return entry;
    }
  }
  return null;
}

async function beginningOf(path: string): Promise<string> {
  try {
    // Non-blocking, so that a pipe without a writer does not hold us.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      if (!(await handle.stat()).isFile()) return "";
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING_LENGTH), 0, BEGINNING_LENGTH, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    // Absent or forbidden: running it says why.
    return "";
  }
}

/** Reads the lists of handlers, the person's own first. */
async function readHandlers(
  { home, environment }: Surroundings,
  directories: readonly string[],
): Promise<Handlers> {
  const own = environment["XDG_CONFIG_HOME"] || join(home, ".config");
  const shared = (environment["XDG_CONFIG_DIRS"] || "/etc/xdg").split(delimiter);
  const places = [own, ...shared, ...directories.map((each) => join(each, "applications"))];
  const desktops = (environment["XDG_CURRENT_DESKTOP"] ?? "")
    .split(":")
    .filter((name) => /^[\w-]+$/.test(name));
  const files = [...desktops.map((name) => `${name.toLowerCase()}-mimeapps.list`), "mimeapps.list"];
  const handlers: Handlers = { defaults: new Map(), added: new Map(), removed: new Map() };
  for (const place of places.filter((each) => isAbsolute(each))) {
    for (const file of files) {
      const text = await readSmallFile(join(place, file), LIST_LIMIT);
      if (text !== null) take(handlers, text.toString("utf8"));
    }
  }
  return handlers;
}

function take(handlers: Handlers, text: string): void {
  let group: keyof Handlers | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("[")) group = GROUPS[line.trim()];
    const at = line.indexOf("=");
    if (group === undefined || at <= 0 || line.startsWith("#")) continue;
    const type = line.slice(0, at).trim();
    const ids = line.slice(at + 1).split(";");
    const known = handlers[group].get(type) ?? [];
    handlers[group].set(type, [...known, ...ids.map((id) => id.trim()).filter((id) => id !== "")]);
  }
}
