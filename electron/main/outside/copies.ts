// Copies of a session's files for programs of the desktop: read-only but for texts to edit, in a directory that is the person's
// alone, gone when the app ends or, after a crash, when it starts.
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { APP_ERRORS } from "../../../texts/app-errors.js";
import type { AnySide } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { SLICE_LIMIT } from "../../../protocol/src/content.js";
import { fail } from "../failure.js";
import type { Stores } from "../helper/stores.js";

/** More is not copied for a look. */
const LARGEST = 1024 * 1024 * 1024;

export class Copies {
  readonly #helper: Pick<Stores, "request">;
  readonly #place: string;
  #ready: Promise<void> | null = null;

  constructor(helper: Pick<Stores, "request">, userData: string) {
    this.#helper = helper;
    this.#place = join(userData, "opened");
  }

  /** Copies one side of a file and returns where it is. */
  async make(file: PathRef & { session: string; side: AnySide }, name: string): Promise<string> {
    const folder = await this.#folder(file.side);
    const path = join(folder, name);
    const copy = await open(path, "wx", 0o400);
    try {
      for (let offset = 0, eof = false; !eof;) {
        const slice = await this.#helper.request("content", { ...file, offset, length: SLICE_LIMIT });
        if (slice.size > LARGEST) {
          throw fail("bad-request", APP_ERRORS.largeCopy);
        }
        const data = Buffer.from(slice.data, "base64");
        await copy.appendFile(data);
        offset += data.length;
        eof = slice.eof || data.length === 0;
      }
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    } finally {
      await copy.close();
    }
    return path;
  }

  /** Writes a text that a program may change, and returns where it is. */
  async makeText(text: string, name: string): Promise<string> {
    const path = join(await this.#folder("edit"), name);
    const copy = await open(path, "wx", 0o600);
    try {
      await copy.writeFile(text);
    } finally {
      await copy.close();
    }
    return path;
  }

  async #folder(kind: string): Promise<string> {
    // What an app that crashed has left is nobody's any more.
    this.#ready ??= this.clear().catch((error: unknown) => {
      this.#ready = null;
      throw error;
    });
    await this.#ready;
    await mkdir(this.#place, { recursive: true, mode: 0o700 });
    return mkdtemp(join(this.#place, `${kind}-`));
  }

  /** Removes all copies. */
  clear(): Promise<void> {
    return rm(this.#place, { recursive: true, force: true });
  }
}
