// The person's choices, kept in a small file of the app's own.
import { join } from "node:path";
import { APP_ERRORS } from "../../texts/app-errors.js";
import { DEFAULT_SETTINGS, Settings } from "../../protocol/src/bridge.js";
import { fail, reasonOf } from "./failure.js";
import { readJson, writeJson } from "./json-file.js";

/** How long changes are gathered before they are written, in milliseconds: a dragged line is many of them. */
const GATHER = 200;

interface Write {
  done: Promise<void>;
  begin: () => void;
}

export class SettingsFile {
  readonly #file: string;
  #current: Settings | null = null;
  #reading: Promise<Settings | null> | null = null;
  /** The write that will take whatever is current when it begins. */
  #next: Write | null = null;
  /** Writes happen one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(userData: string) {
    this.#file = join(userData, "settings.json");
  }

  async read(): Promise<Settings> {
    if (this.#current !== null) return this.#current;
    this.#reading ??= readJson(this.#file, Settings).finally(() => (this.#reading = null));
    const read = await this.#reading;
    // What was saved meanwhile is newer.
    this.#current ??= read ?? DEFAULT_SETTINGS;
    return this.#current;
  }

  /** Holds at once; ends when it is written. */
  save(settings: Settings): Promise<void> {
    this.#current = settings;
    this.#next ??= this.#gather();
    return this.#next.done;
  }

  /** Writes what has not been written yet: the app ends. */
  async flush(): Promise<void> {
    this.#next?.begin();
    await this.#queue;
  }

  #gather(): Write {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const timer = setTimeout(begin, GATHER);
    const done = Promise.all([begun, this.#queue]).then(() => {
      clearTimeout(timer);
      this.#next = null;
      return this.#write(this.#current);
    });
    this.#queue = done.catch(() => undefined);
    return { done, begin };
  }

  async #write(settings: Settings | null): Promise<void> {
    try {
      await writeJson(this.#file, settings);
    } catch (cause) {
      throw fail("io", APP_ERRORS.settingsUnsaved(reasonOf(cause)), { file: this.#file }, cause);
    }
  }
}
