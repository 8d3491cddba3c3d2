// Reads one .desktop entry (freedesktop.org Desktop Entry Specification 1.5). Pure: text in, facts out;
// the text may come from a hostile package, so nothing of it is trusted and nothing is run.
import { pathToFileURL } from "node:url";

export interface DesktopEntry {
  name: string;
  comment?: string;
  icon?: string;
  tryExec?: string;
  command: string[];
  terminal: boolean;
  onlyShowIn: string[];
  notShowIn: string[];
}

/** What a field code may need. `location` is the entry's own path. */
export interface ExecContext {
  name: string;
  icon: string | undefined;
  location: string;
  /** The file that is opened with it, when one is. */
  file?: string;
}

/** An entry as what opens a file: also one that menus do not show. */
export interface OpenerEntry {
  name: string;
  tryExec?: string;
  /** With the file in it. */
  command: string[];
  terminal: boolean;
  /** What it says that it opens. */
  types: string[];
}

// oxlint-disable-next-line alcatraz/words-in-texts -- the specification's own word
const GROUP = "[Desktop Entry]";
/** More keys than any real entry has (they come with a hundred translations); what follows is not read. */
const KEY_LIMIT = 4_000;

/** Returns the keys of the main group. The first one wins where a key comes twice. */
function readKeys(text: string): Map<string, string> {
  const keys = new Map<string, string>();
  let inGroup = false;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("[")) inGroup = line.trimEnd() === GROUP;
    const equals = line.indexOf("=");
    if (!inGroup || equals <= 0 || line.startsWith("#")) continue;
    const key = line.slice(0, equals).trimEnd();
    if (!keys.has(key)) keys.set(key, line.slice(equals + 1).trimStart());
    if (keys.size >= KEY_LIMIT) break;
  }
  return keys;
}

/** Undoes the escapes of values of type string: `\s \n \t \r \\`. */
function unescapeString(value: string): string {
  const meaning: Record<string, string> = { s: " ", n: "\n", t: "\t", r: "\r", "\\": "\\" };
  return value.replace(/\\([sntr\\])/g, (_whole, letter: string) => meaning[letter] ?? "");
}

/** Returns the locales to try for `lang_COUNTRY.ENCODING@MODIFIER`, best first. */
export function localeKeys(locale: string): string[] {
  const match = /^([A-Za-z]+)(?:_([A-Za-z0-9]+))?(?:\.[^@]*)?(?:@(.+))?$/.exec(locale);
  const [, lang, country, modifier] = match ?? [];
  if (lang === undefined || lang === "C" || lang === "POSIX") return [];
  const tries: string[] = [];
  if (country !== undefined && modifier !== undefined) tries.push(`${lang}_${country}@${modifier}`);
  if (country !== undefined) tries.push(`${lang}_${country}`);
  if (modifier !== undefined) tries.push(`${lang}@${modifier}`);
  tries.push(lang);
  return tries;
}

/**
 * Returns the words of an Exec value, or null when it breaks the specification. Field codes for files and
 * addresses are filled in when a file is opened, and left out else; `%i`, `%c` and `%k` are filled in. What names no
 * place for the file gets it behind all else, as desktops do.
 */
export function execWords(value: string, context: ExecContext): string[] | null {
  const raw = unescapeString(value);
  const words: string[] = [];
  let at = 0;
  while (at < raw.length) {
    if (raw.charAt(at) === " " || raw.charAt(at) === "\t") {
      at += 1;
      continue;
    }
    const word = readWord(raw, at, context);
    if (word === null) return null;
    words.push(...word.words);
    at = word.next;
  }
  const takesFile = /%[fFuU]/.test(raw.replaceAll("%%", ""));
  const [program] = words;
  if (context.file !== undefined && !takesFile) words.push(context.file);
  if (program === undefined || program === "" || program.includes("=") || words.join("").includes("\0"))
    return null;
  return words;
}

function readWord(
  raw: string,
  start: number,
  context: ExecContext,
): { words: string[]; next: number } | null {
  let text = "";
  let extra: string[] = [];
  let onlyCodes = true;
  let quoted = false;
  let at = start;
  for (; at < raw.length; at += 1) {
    const character = raw.charAt(at);
    const next = raw.charAt(at + 1);
    if (character === '"') {
      quoted = !quoted;
      onlyCodes = false;
    } else if (!quoted && (character === " " || character === "\t")) {
      break;
    } else if (character === "\\" && quoted && next !== "" && '"`$\\'.includes(next)) {
      text += next;
      at += 1;
    } else if (character === "%") {
      const code = fieldCode(next, context);
      if (code === null) return null;
      if (next === "i") extra = code;
      else text += code.join("");
      if (next !== "i" && code.length > 0) onlyCodes = false;
      at += 1;
    } else {
      text += character;
      onlyCodes = false;
    }
  }
  if (quoted) return null;
  return { words: onlyCodes ? extra : [text, ...extra], next: at };
}

function fieldCode(letter: string, context: ExecContext): string[] | null {
  if (letter === "%") return ["%"];
  if (letter === "c") return [context.name];
  if (letter === "k") return [context.location];
  if (letter === "i") return context.icon === undefined ? [] : ["--icon", context.icon];
  if (context.file !== undefined && (letter === "f" || letter === "F")) return [context.file];
  if (context.file !== undefined && (letter === "u" || letter === "U"))
    return [pathToFileURL(context.file).href];
  return letter !== "" && "fFuUdDnNvm".includes(letter) ? [] : null;
}

/** Returns the entry as what opens a file; null when it cannot open one. */
export function readOpener(text: string, locale: string, location: string, file: string): OpenerEntry | null {
  const keys = readKeys(text);
  if (keys.get("Hidden") === "true") return null;
  // What menus do not show may well open files.
  keys.delete("NoDisplay");
  const types = listOf(keys, "MimeType");
  const entry = readEntry(keys, locale, location, file);
  return entry === null ? null : { ...entry, types };
}

/** Returns what an entry says, or null when it is no application that a person starts. */
export function parseDesktopEntry(text: string, locale: string, location: string): DesktopEntry | null {
  return readEntry(readKeys(text), locale, location);
}

function listOf(keys: ReadonlyMap<string, string>, key: string): string[] {
  return (keys.get(key) ?? "").split(";").filter((item) => item !== "");
}

function readEntry(
  keys: ReadonlyMap<string, string>,
  locale: string,
  location: string,
  file?: string,
): DesktopEntry | null {
  if (keys.get("Type") !== "Application") return null;
  if (keys.get("NoDisplay") === "true" || keys.get("Hidden") === "true") return null;
  const localized = (key: string): string | undefined => {
    for (const suffix of localeKeys(locale)) {
      const value = keys.get(`${key}[${suffix}]`);
      if (value !== undefined) return unescapeString(value);
    }
    const plain = keys.get(key);
    return plain === undefined ? undefined : unescapeString(plain);
  };
  const name = localized("Name");
  const exec = keys.get("Exec");
  if (name === undefined || name.trim() === "" || exec === undefined) return null;
  const comment = localized("Comment");
  const icon = localized("Icon");
  const tryExec = keys.get("TryExec");
  const command = execWords(exec, { name, icon, location, ...(file === undefined ? {} : { file }) });
  if (command === null) return null;
  return {
    name,
    command,
    terminal: keys.get("Terminal") === "true",
    onlyShowIn: listOf(keys, "OnlyShowIn"),
    notShowIn: listOf(keys, "NotShowIn"),
    ...(comment === undefined || comment === "" ? {} : { comment }),
    ...(icon === undefined || icon === "" ? {} : { icon }),
    ...(tryExec === undefined || tryExec === "" ? {} : { tryExec: unescapeString(tryExec) }),
  };
}
