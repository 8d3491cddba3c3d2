// A list of text that the helper keeps, shared with the command line. Knows not what it lists.
import { create, type StoreApi, type UseBoundStore } from "zustand";
import type { Outcome } from "../../protocol/src/bridge.js";
import type { SeeError } from "../../protocol/src/errors.js";

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
  return create<ListState>((set, get) => {
    /** Changes the list as it is now: the command line may have changed it meanwhile. */
    const change = async (next: (items: readonly string[]) => string[]): Promise<boolean> => {
      await get().load();
      const { items } = get();
      if (items === null) return false;
      const outcome = await save(next(items));
      set(outcome.ok ? { items: outcome.value, error: null } : { error: outcome.error });
      return outcome.ok;
    };
    return {
      items: null,
      error: null,
      load: async () => {
        const outcome = await read();
        set(outcome.ok ? { items: outcome.value, error: null } : { error: outcome.error });
      },
      add: (item) => change((items) => [...items.filter((each) => each !== item), item]),
      remove: async (item) => {
        await change((items) => items.filter((each) => each !== item));
      },
    };
  });
}
