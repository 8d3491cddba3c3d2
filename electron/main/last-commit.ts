// When this app last asked for a commit of the administrator's: known also while their history cannot be seen.
import { z } from "zod";
import type { CommitMemory } from "./helper/stores.js";
import { readJson, writeJson } from "./json-file.js";

const Kept = z.object({ asked: z.iso.datetime() });

export class LastCommit implements CommitMemory {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  note(): Promise<void> {
    return writeJson(this.#file, { asked: new Date().toISOString() });
  }

  async isAfter(time: string | null): Promise<boolean> {
    const kept = await readJson(this.#file, Kept);
    return kept !== null && (time === null || Date.parse(kept.asked) > Date.parse(time));
  }
}
