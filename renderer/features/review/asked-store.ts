// What a menu or the palette has asked for and is still on the screen: an edit, an export, something that went wrong.
import { create } from "zustand";
import type { ExportForm, Outcome } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { PathRef } from "../../../protocol/src/path.js";

export type Asked =
  | { what: "edit"; session: string; path: PathRef }
  | { what: "exported"; form: ExportForm; file: string }
  /** `title` says what did not happen. */
  | { what: "failed"; title: string; error: SeeError };

interface AskedState {
  /** The first is on the screen; what comes meanwhile waits until that is left. */
  asked: readonly Asked[];
  ask: (asked: Asked) => void;
  close: () => void;
}

export const useAsked = create<AskedState>((set) => ({
  asked: [],
  ask: (next) => set(({ asked }) => ({ asked: [...asked, next] })),
  close: () => set(({ asked }) => ({ asked: asked.slice(1) })),
}));

/** Shows why something did not happen, when it did not. Returns the outcome. */
export async function orSay<T>(title: string, work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  const outcome = await work;
  if (!outcome.ok) useAsked.getState().ask({ what: "failed", title, error: outcome.error });
  return outcome;
}
