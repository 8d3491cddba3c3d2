// The change feeds that the page has open, so that they end with the page and not with the helper.
import { Failure } from "./failure.js";
import type { Stores } from "./helper/stores.js";

export class Watches {
  readonly #helper: Pick<Stores, "request">;
  readonly #open = new Set<number>();
  /** Counts pages, so that a feed that opens after its page went away is closed at once. */
  #page = 0;

  constructor(helper: Pick<Stores, "request">) {
    this.#helper = helper;
  }

  async open(session: string): Promise<number> {
    const page = this.#page;
    const { watch } = await this.#helper.request("changes.watch", { session });
    this.#open.add(watch);
    if (page !== this.#page) await this.close(watch);
    return watch;
  }

  /** Ends a feed. One that is not open is no error: it may have ended together with the helper. */
  async close(watch: number): Promise<void> {
    if (!this.#open.delete(watch)) return;
    try {
      await this.#helper.request("changes.unwatch", { watch });
    } catch (thrown) {
      // A feed ends with its helper.
      if (!(thrown instanceof Failure && thrown.error.code === "helper-gone")) throw thrown;
    }
  }

  /** A new helper knows nothing of the feeds of the one before: those that are `of` it. */
  forget(of: (watch: number) => boolean): void {
    for (const watch of this.#open) if (of(watch)) this.#open.delete(watch);
  }

  /** Ends all feeds: the page that read them is gone. */
  async closeAll(): Promise<void> {
    this.#page += 1;
    await Promise.all([...this.#open].map((watch) => this.close(watch)));
  }
}
