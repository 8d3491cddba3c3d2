// Opens files of a session in programs of the desktop, as read-only copies that no desktop runs.
import { delimiter, join } from "node:path";
import { access, constants } from "node:fs/promises";
import type { OpenOutside, Tools } from "../../../protocol/src/bridge.js";
import type { SideFacts } from "../../../protocol/src/content.js";
import type { ApplicationList } from "../applications/applications.js";
import { fail, type Failure } from "../failure.js";
import type { Helper } from "../helper/helper.js";
import { startProgram } from "../helper/programs.js";
import type { SettingsFile } from "../settings.js";
import { Copies } from "./copies.js";
import { compareName, viewName } from "./copy-name.js";
import { comparerOf, toolsOf } from "./tools.js";

export interface OutsideOptions {
  helper: Helper;
  applications: ApplicationList;
  settings: SettingsFile;
  userData: string;
  environment: Record<string, string>;
}

export class Outside {
  readonly #options: OutsideOptions;
  readonly #copies: Copies;

  constructor(options: OutsideOptions) {
    this.#options = options;
    this.#copies = new Copies(options.helper, options.userData);
  }

  async tools(): Promise<Tools> {
    return toolsOf(await this.#options.applications.get());
  }

  /** Shows one side of a file in a viewer, or both in a program that compares. */
  async open({ what, ...file }: OpenOutside): Promise<void> {
    const { before, after } = await this.#options.helper.request("describe", file);
    if (what === "both") {
      const program = await this.#comparer();
      const sides = { before: plainFile(before), after: plainFile(after) };
      const copy = (side: "before" | "after"): Promise<string> =>
        this.#copies.make({ ...file, side }, compareName(file.path, sides[side]));
      await this.#start([...program, await copy("before"), await copy("after")]);
      return;
    }
    const facts = plainFile(what === "before" ? before : after);
    const name = viewName(file.path, facts);
    if (name === null) {
      throw fail(
        "bad-request",
        "Files of this kind are not opened on your machine: a program there could run them.",
        "Look at it here: Inside and Hex show what it holds.",
      );
    }
    const program = await this.#viewer();
    await this.#start([...program, await this.#copies.make({ ...file, side: what }, name)]);
  }

  /** Removes all copies: the app ends. */
  end(): Promise<void> {
    return this.#copies.clear();
  }

  async #viewer(): Promise<string[]> {
    const { viewer } = await this.#options.settings.read();
    if (viewer !== "") {
      const chosen = (await this.#options.applications.get()).find(({ id }) => id === viewer);
      if (chosen === undefined) throw gone();
      return chosen.command;
    }
    for (const words of [["xdg-open"], ["gio", "open"]]) {
      if (await this.#isInstalled(words[0] ?? "")) return words;
    }
    throw fail(
      "command-not-found",
      "There is no program that opens files on this machine.",
      "Install xdg-utils, or choose a viewer in Settings.",
    );
  }

  async #comparer(): Promise<string[]> {
    const { comparer } = await this.#options.settings.read();
    const program = comparerOf(await this.#options.applications.get(), comparer);
    if (program === undefined) {
      throw fail(
        "command-not-found",
        "There is no program that compares files on this machine.",
        "Install Meld, KDiff3, Diffuse or Kompare. The Text view compares here, too.",
      );
    }
    return program.command;
  }

  #start(words: string[]): Promise<void> {
    return startProgram(words, this.#options.environment);
  }

  async #isInstalled(program: string): Promise<boolean> {
    const places = (this.#options.environment["PATH"] ?? "").split(delimiter);
    const looks = places.map((place) =>
      access(join(place, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    );
    return (await Promise.all(looks)).includes(true);
  }
}

function plainFile(facts: SideFacts | undefined): SideFacts {
  if (facts?.type === "file") return facts;
  throw fail("no-such-change", "There is no file on this side.", "Open the other side.");
}

function gone(): Failure {
  return fail(
    "command-not-found",
    "The viewer that you chose is not installed any more.",
    "Choose another one in Settings.",
  );
}
