// “Open in Alcatraz” in the file managers of this person: on and off, by files of the person's own alone.
import { mkdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { APP_ERRORS } from "../../../texts/app-errors.js";
import { fail, reasonOf } from "../failure.js";
import { writeText } from "../json-file.js";
import { HANDLER, launcherEntry, RISKY_TYPES } from "./launcher-entry.js";
import { hasHandler, withHandler, withoutHandler } from "./mime-apps.js";

export interface IntegrationOptions {
  home: string;
  environment: NodeJS.ProcessEnv;
  /** What starts this app, without a file. */
  command: readonly string[];
  icon: string;
}

export class Integration {
  readonly #options: IntegrationOptions;
  readonly #entry: string;
  readonly #list: string;
  /** The last change that was asked for: the next one begins when it is through. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: IntegrationOptions) {
    this.#options = options;
    const { home, environment } = options;
    const place = (variable: string, usual: string): string => {
      const value = environment[variable];
      return value !== undefined && isAbsolute(value) ? value : join(home, usual);
    };
    this.#entry = join(place("XDG_DATA_HOME", ".local/share"), "applications", HANDLER);
    this.#list = join(place("XDG_CONFIG_HOME", ".config"), "mimeapps.list");
  }

  async isOn(): Promise<boolean> {
    return hasHandler(await this.#read(), HANDLER);
  }

  /** Makes Alcatraz what risky files are opened with, or what they were opened with before. */
  set(on: boolean): Promise<void> {
    const change = this.#last.then(() => this.#set(on));
    this.#last = change.catch(() => undefined);
    return change;
  }

  async #set(on: boolean): Promise<void> {
    try {
      const before = await this.#read();
      if (on) {
        await mkdir(dirname(this.#entry), { recursive: true, mode: 0o700 });
        await writeText(this.#entry, launcherEntry(this.#options.command, this.#options.icon), 0o644);
        await this.#write(withHandler(before, HANDLER, RISKY_TYPES));
        return;
      }
      const after = withoutHandler(before, HANDLER);
      if (after !== before) await this.#write(after);
      await rm(this.#entry, { force: true });
    } catch (cause) {
      throw fail(
        "io",
        APP_ERRORS.applicationsUnchanged(reasonOf(cause), this.#list, dirname(this.#entry)),
        { file: this.#list },
        cause,
      );
    }
  }

  /** Writes the list where it lies, as it may be read: it may be a link into a folder of settings that is kept elsewhere. */
  async #write(text: string): Promise<void> {
    const list = await realpath(this.#list).catch(() => this.#list);
    if (text === "") return rm(list, { force: true });
    const mode = await stat(list).then(
      (facts) => facts.mode & 0o777,
      () => 0o644,
    );
    await writeText(list, text, mode);
  }

  async #read(): Promise<string> {
    try {
      return await readFile(this.#list, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    }
  }
}
