// Reads a small regular file that may be anything: a pipe, a device, a file that grows while it is read.
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Returns the content, or null when it is not a regular file, is too large or cannot be read. */
export async function readSmallFile(path: string, limit: number): Promise<Buffer | null> {
  try {
    // Non-blocking, so that a pipe without a writer does not hold us.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const facts = await handle.stat();
      if (!facts.isFile() || facts.size > limit) return null;
      // Of what grows meanwhile, as much as there was.
      const buffer = Buffer.alloc(facts.size);
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return buffer.subarray(0, length);
    } finally {
      await handle.close();
    }
  } catch {
    // Absent, forbidden, a link to itself: for the caller all the same as "not there".
    return null;
  }
}
