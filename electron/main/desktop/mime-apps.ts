// The list of a person's own handlers of file types (freedesktop.org MIME Applications Specification). Pure: text in,
// text out; what others wrote stays as it is, to the byte.

/** Groups that name handlers; an application that is gone must be in none. */
// oxlint-disable-next-line alcatraz/words-in-texts -- the specification's own words
const GROUPS = ["[Default Applications]", "[Added Associations]"] as const;

/** Returns the list with this application first for each type. */
export function withHandler(text: string, application: string, types: readonly string[]): string {
  let lines = split(withoutHandler(text, application));
  for (const group of GROUPS) for (const type of types) lines = put(lines, group, type, application);
  return join(lines);
}

/** Returns the list without this application. What it leaves empty goes too. */
export function withoutHandler(text: string, application: string): string {
  const lines = split(text).flatMap((line) => {
    const at = line.indexOf("=");
    const handlers = at === -1 ? [] : line.slice(at + 1).split(";");
    if (!handlers.includes(application)) return [line];
    const left = handlers.filter((handler) => handler !== application);
    return left.every((handler) => handler.trim() === "") ? [] : [line.slice(0, at + 1) + left.join(";")];
  });
  return join(lines.filter((_line, at) => !isEmptyGroup(lines, at)));
}

/** Tells whether this application handles any type. */
export function hasHandler(text: string, application: string): boolean {
  return withoutHandler(text, application) !== text;
}

function put(lines: readonly string[], group: string, type: string, application: string): string[] {
  const start = lines.findIndex((line) => line.trim() === group);
  if (start === -1) return [...lines, group, `${type}=${application};`];
  const next = lines.findIndex((line, at) => at > start && line.startsWith("["));
  const end = next === -1 ? lines.length : next;
  const known = lines.findIndex(
    (line, at) => at > start && at < end && line.split("=", 1)[0]?.trim() === type,
  );
  if (known === -1) return lines.toSpliced(start + 1, 0, `${type}=${application};`);
  const line = lines[known] ?? "";
  const value = line.slice(line.indexOf("=") + 1).trimStart();
  return lines.with(known, `${type}=${application};${value}`);
}

function isEmptyGroup(lines: readonly string[], at: number): boolean {
  if (!GROUPS.some((group) => group === lines[at]?.trim())) return false;
  const next = lines.slice(at + 1).find((line) => line.trim() !== "");
  return next === undefined || next.startsWith("[");
}

function split(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function join(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
