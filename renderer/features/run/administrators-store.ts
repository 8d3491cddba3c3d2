// The administrator's sessions: whether they can be seen, and the way to that. Their password is asked for when a person wants it.
import { create } from "zustand";
import type { AdministratorsStatus, Outcome } from "../../../protocol/src/bridge.js";
import { administratorsId } from "../../../protocol/src/stores.js";
import { TEXTS } from "../../../texts/administrators.js";
import { see } from "../../see.js";
import { orSay } from "../review/asked-store.js";
import { useHelper } from "./helper-store.js";

interface AdministratorsState {
  status: AdministratorsStatus;
  /** Counts the helpers that have become ready: what was asked of an earlier one is to be asked again. */
  epoch: number;
  follow: () => () => void;
  /** Asks for the password, and says why where there is nothing to be shown then. */
  show: () => Promise<Outcome<null>>;
}

export const useAdministrators = create<AdministratorsState>((set, get) => ({
  status: { state: "off" },
  epoch: 0,
  follow: () => {
    let told = false;
    const settle = (status: AdministratorsStatus): void => {
      const became = status.state === "ready" && get().status.state !== "ready";
      set((state) => ({ status, epoch: state.epoch + Number(became) }));
    };
    const stop = see.onAdministratorsStatus((status) => {
      told = true;
      settle(status);
    });
    void see.administratorsStatus().then((outcome) => {
      if (!told && outcome.ok) settle(outcome.value);
    });
    return stop;
  },
  show: () => orSay(TEXTS.notShown, see.showAdministrators()),
}));

/** Tells whether this app has the rights of an ordinary person, so that there is somebody else to ask. */
export function useIsPersons(): boolean {
  return useHelper(({ status }) => status.state === "ready" && status.mode === "user");
}

/** Tells whether the administrator's sessions can be asked for now. */
export function canAsk(): boolean {
  const { status } = useHelper.getState();
  const isPersons = status.state === "ready" && status.mode === "user";
  return isPersons && useAdministrators.getState().status.state === "off";
}

/** Counts the helpers of a session that have become ready. */
export function useEpoch(session: string): number {
  const own = useHelper((state) => state.epoch);
  const others = useAdministrators((state) => state.epoch);
  return administratorsId(session) === null ? own : others;
}
