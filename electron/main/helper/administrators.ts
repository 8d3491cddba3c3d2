// The helper that root has for the person: started only when asked for, as an administrator's password goes with it, and never
// again by itself. Knows no session.
import type { AdministratorsStatus, HelperStatus } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { Failure } from "../failure.js";
import { Helper, HELPER_DEFAULTS, type HelperEvents } from "./helper.js";
import { PKEXEC, PKEXEC_ENVIRONMENT, pkexecEnding } from "./pkexec.js";

/** How long a person may look for the password, in milliseconds. */
const PATIENCE = 10 * 60_000;

export interface AdministratorsOptions {
  locate(): Promise<string>;
  /** Other words than pkexec's: tests. */
  through?: readonly string[];
}

export type AdministratorsEvents = Omit<HelperEvents, "status"> & {
  status(status: AdministratorsStatus): void;
};

export class Administrators {
  readonly helper: Helper;
  readonly #tell: (status: AdministratorsStatus) => void;
  #status: AdministratorsStatus = { state: "off" };
  /** Where it stands when nobody gives the password. */
  #before: AdministratorsStatus = { state: "off" };
  #asking: Promise<void> | null = null;

  constructor(options: AdministratorsOptions, events: AdministratorsEvents) {
    this.#tell = (status) => events.status(status);
    this.helper = new Helper(
      {
        ...HELPER_DEFAULTS,
        locate: () => options.locate(),
        environment: PKEXEC_ENVIRONMENT,
        through: { words: options.through ?? PKEXEC, ending: pkexecEnding },
        helloDeadline: PATIENCE,
        // Each start asks for the password.
        pauses: [],
      },
      { ...events, status: (status) => this.#follow(status) },
    );
  }

  get status(): AdministratorsStatus {
    return this.#status;
  }

  /** Sees to it that the helper is there: asks for the password unless it is. Fails with why not; then all is as before. */
  ask(): Promise<void> {
    if (this.#status.state === "ready") return Promise.resolve();
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(): Promise<void> {
    this.#before = this.#status;
    await this.helper.restart();
    const { status } = this.helper;
    if (status.state === "gone") throw new Failure(status.error);
  }

  #follow(status: HelperStatus): void {
    if (status.state === "starting") this.#set({ state: "asking" });
    else if (status.state === "ready") this.#set({ state: "ready" });
    else this.#gone(status.error);
  }

  /** What never was there is not missed: whoever asked hears why. */
  #gone(error: SeeError): void {
    if (this.#status.state === "asking") this.#set(this.#before);
    else this.#set({ state: "gone", error });
  }

  #set(status: AdministratorsStatus): void {
    this.#status = status;
    this.#tell(status);
  }
}
