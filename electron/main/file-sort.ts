// What a file is to who wants to try it. What was downloaded is a program that nobody has marked as one. Reads a few bytes and
// runs nothing.
import { constants } from "node:fs";
import { access, open, stat } from "node:fs/promises";
import type { FileSort } from "../../protocol/src/bridge.js";

/** How programs begin: `#!` names an interpreter, the other is the machine's own format. */
const BEGINNINGS = [Buffer.from("#!"), Buffer.from("\x7fELF", "latin1")];

/** Returns what a file is; what is absent or forbidden is unread, and running it says why. */
export async function sortOf(path: string): Promise<FileSort> {
  if (await isFolder(path)) return "folder";
  const isProgram = await beginsAsProgram(path).catch(() => null);
  if (isProgram === null) return "unread";
  if (!isProgram) return "other";
  return access(path, constants.X_OK).then(
    () => "program",
    () => "unmarked",
  );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

async function beginsAsProgram(path: string): Promise<boolean> {
  // Non-blocking, so that a pipe without a writer does not hold us.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!(await handle.stat()).isFile()) return false;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const head = buffer.subarray(0, bytesRead);
    return BEGINNINGS.some((beginning) => head.subarray(0, beginning.length).equals(beginning));
  } finally {
    await handle.close();
  }
}
