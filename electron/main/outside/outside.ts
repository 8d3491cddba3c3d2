// Opens files of a session in programs of the desktop, as read-only copies that no desktop runs.
import { delimiter, join } from "node:path";
import { access, constants, open } from "node:fs/promises";
import { APP_ERRORS, REASONS } from "../../../texts/app-errors.js";
import type { OpenOutside, Tools } from "../../../protocol/src/bridge.js";
import type { SideFacts } from "../../../protocol/src/content.js";
import type { ApplicationList } from "../applications/applications.js";
import { fail, type Failure } from "../failure.js";
import type { Stores } from "../helper/stores.js";
import { startProgram } from "../helper/programs.js";
import type { SettingsFile } from "../settings.js";
import { Copies } from "./copies.js";
import { compareName, textName, viewName } from "./copy-name.js";
import { comparerOf, toolsOf } from "./tools.js";

/** The page's own limit of texts to edit, in bytes. */
const LONGEST_TEXT = 1024 * 1024;

/** What gives a file to the program that the desktop has for it. */
const HANDS_OVER = [["xdg-open"], ["gio", "open"]] as const;

export interface OutsideOptions {
  helper: Pick<Stores, "request">;
  applications: Pick<ApplicationList, "get">;
  settings: Pick<SettingsFile, "read">;
  userData: string;
  environment: Record<string, string>;
  /** Whether the desktop opens risky files in Alcatraz. */
  opensHere(): Promise<boolean>;
  /** The command of what else shows a file in a window. */
  viewerOf(path: string): Promise<string[] | null>;
}

export class Outside {
  readonly #options: OutsideOptions;
  readonly #copies: Copies;
  /** Texts that were opened in an editor, by the names that the page knows. */
  readonly #edited = new Map<string, string>();

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
      await this.#start([...program, await copy("before"), await copy("after")], true);
      return;
    }
    const facts = plainFile(what === "before" ? before : after);
    const name = viewName(file.path, facts);
    if (name === null) {
      throw fail("bad-request", APP_ERRORS.notOpened);
    }
    const copy = await this.#copies.make({ ...file, side: what }, name);
    await this.#start(await this.#viewing(copy), true);
  }

  /** Returns the command that shows a copy. */
  async #viewing(copy: string): Promise<string[]> {
    const chosen = (await this.#options.settings.read()).viewer !== "";
    if (chosen || !(await this.#options.opensHere())) return [...(await this.#opener("viewer")), copy];
    // The desktop's own way would lead back to us.
    const command = await this.#options.viewerOf(copy);
    if (command === null) throw fail("bad-request", APP_ERRORS.noApplication);
    return command;
  }

  /** Opens a text of a session in an editor of the person's; returns the name of the copy for `edited`. */
  async edit(path: string, text: string): Promise<string> {
    const program = await this.#opener("editor");
    const copy = await this.#copies.makeText(text, textName(path));
    const key = String(this.#edited.size + 1);
    this.#edited.set(key, copy);
    // An editor that is there stays; what only hands a file over tells how that went.
    await this.#start(
      [...program, copy],
      HANDS_OVER.some(([name]) => name === program[0]),
    );
    return key;
  }

  /** Returns what the editor has saved by now. */
  async edited(key: string): Promise<string> {
    const copy = this.#edited.get(key);
    if (copy === undefined) throw fail("bad-request", APP_ERRORS.noCopy);
    const bytes = await readWhole(copy);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw fail("bad-request", APP_ERRORS.editedEncoding, {}, cause);
    }
  }

  /** Removes all copies: the app ends. */
  end(): Promise<void> {
    return this.#copies.clear();
  }

  /** Returns the program that the person has chosen for this, or what the desktop has. */
  async #opener(what: "viewer" | "editor"): Promise<string[]> {
    const id = (await this.#options.settings.read())[what];
    if (id !== "") {
      const chosen = (await this.#options.applications.get()).find((each) => each.id === id);
      if (chosen === undefined) throw gone();
      return chosen.command;
    }
    for (const words of HANDS_OVER) {
      if (await this.#isInstalled(words[0])) return [...words];
    }
    throw fail("bad-request", APP_ERRORS.noViewer);
  }

  async #comparer(): Promise<string[]> {
    const { comparer } = await this.#options.settings.read();
    const program = comparerOf(await this.#options.applications.get(), comparer);
    if (program === undefined) {
      throw fail("bad-request", APP_ERRORS.noComparer);
    }
    return program.command;
  }

  #start(words: string[], looked: boolean): Promise<void> {
    return startProgram(words, this.#options.environment, looked);
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
  throw fail("no-such-change", APP_ERRORS.noSide);
}

function gone(): Failure {
  return fail("bad-request", APP_ERRORS.programGone);
}

/** Reads a text that an editor has saved: an ordinary file of at most a megabyte. */
async function readWhole(path: string): Promise<Buffer> {
  const unfit = (why: string): Failure => fail("bad-request", APP_ERRORS.editedUnfit(why));
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: Error) => {
      throw unfit(cause.message);
    },
  );
  try {
    if (!(await file.stat()).isFile()) throw unfit(REASONS.noFile);
    // Not by the size that it had: a program may be writing to it.
    const bytes = Buffer.alloc(LONGEST_TEXT + 1);
    let length = 0;
    for (let more = 1; more > 0 && length < bytes.length; length += more) {
      ({ bytesRead: more } = await file.read(bytes, length, bytes.length - length));
    }
    if (length > LONGEST_TEXT) throw unfit(REASONS.longText);
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}
