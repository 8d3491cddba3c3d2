// The person's choices, kept in a small file of the app's own.
import { join } from "node:path";
import { Settings } from "../../protocol/src/bridge.js";
import { fail } from "./failure.js";
import { readJson, writeJson } from "./json-file.js";

export const DEFAULT_SETTINGS: Settings = { theme: "system", panes: {}, recent: [] };

export class SettingsFile {
  readonly #file: string;
  #current: Settings | null = null;
  /** Writes happen one after the other, so that the last one asked for is the one that stays. */
  #queue: Promise<void> = Promise.resolve();

  constructor(userData: string) {
    this.#file = join(userData, "settings.json");
  }

  async read(): Promise<Settings> {
    this.#current ??= (await readJson(this.#file, Settings)) ?? DEFAULT_SETTINGS;
    return this.#current;
  }

  async save(settings: Settings): Promise<void> {
    this.#current = settings;
    const written = this.#queue.then(() => writeJson(this.#file, settings));
    this.#queue = written.catch(() => undefined);
    try {
      await written;
    } catch (cause) {
      throw fail(
        "io",
        `The settings could not be saved: ${cause instanceof Error ? cause.message : String(cause)}`,
        "They hold until the app ends. Check the free space and the rights of the settings file.",
        { file: this.#file },
        cause,
      );
    }
  }
}
