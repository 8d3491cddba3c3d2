// A list of text that the helper keeps, shared with the command line. Knows not what it lists.
import { create, type StoreApi, type UseBoundStore } from "zustand";
import type { Outcome } from "../../protocol/src/bridge.js";
import type { SeeError } from "../../protocol/src/errors.js";
import { newest } from "./newest.js";

export interface ListState {
  /** Null until it was read. */
  items: readonly string[] | null;
  error: SeeError | null;
  load: () => Promise<void>;
  /** Tells whether the list has it then. */
  add: (item: string) => Promise<boolean>;
  remove: (item: string) => Promise<void>;
}

export type ListStore = UseBoundStore<StoreApi<ListState>>;

export function createList(
  read: () => Promise<Outcome<string[]>>,
  save: (items: string[]) => Promise<Outcome<string[]>>,
): ListStore {
  return create<ListState>((set) => {
    const begin = newest();
    const show = (outcome: Outcome<string[]>): void =>
      set(outcome.ok ? { items: outcome.value, error: null } : { error: outcome.error });
    const changeNow = async (next: (items: readonly string[]) => string[]): Promise<boolean> => {
      // The command line may have changed it meanwhile.
      const now = await read();
      const outcome = now.ok ? await save(next(now.value)) : now;
      // What is just being read may be from before.
      begin();
      show(outcome);
      return outcome.ok;
    };
    /** One change after the other: each keeps what the one before has done. */
    let last: Promise<unknown> = Promise.resolve();
    const change = (next: (items: readonly string[]) => string[]): Promise<boolean> => {
      const done = last.then(() => changeNow(next));
      last = done.catch(() => undefined);
      return done;
    };
    return {
      items: null,
      error: null,
      load: async () => {
        const isNewest = begin();
        const outcome = await read();
        if (isNewest()) show(outcome);
      },
      add: (item) => change((items) => [...items.filter((each) => each !== item), item]),
      remove: async (item) => {
        await change((items) => items.filter((each) => each !== item));
      },
    };
  });
}
