// Small JSON files of the app's own: schema-checked when read, replaced atomically when written.
import { mkdir, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { writeWhole } from "./whole-file.js";

/** Returns the file's content, or null when there is none. A file that does not parse is kept aside as `.bad`. */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  const parsed = schema.safeParse(parseOrUndefined(text));
  if (parsed.success) return parsed.data;
  await rename(file, `${file}.bad`);
  process.stderr.write(
    `alcatraz: ${file} was damaged; it is kept as ${file}.bad and the defaults are used\n`,
  );
  return null;
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Replaces the file's content, in a folder that is made when there is none. */
export async function writeText(file: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeWhole(file, mode, (handle) => handle.writeFile(text));
}

/** Replaces the content of a JSON file in the same way; it is for its owner alone. */
export function writeJson(file: string, value: unknown): Promise<void> {
  return writeText(file, `${JSON.stringify(value, null, 2)}\n`, 0o600);
}
