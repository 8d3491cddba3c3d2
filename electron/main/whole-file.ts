// Files that are replaced whole or not at all: whoever reads one sees all of the old or all of the new, also after a crash.
import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";

/** Replaces the file by what is written to the handle. What is half written has a name of its own, which blocks no later write. */
export async function writeWhole(
  file: string,
  mode: number,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const part = `${file}.${randomBytes(4).toString("hex")}.part`;
  // Before all else: only what was made here is ever removed again.
  const handle = await open(part, "wx", mode);
  try {
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
