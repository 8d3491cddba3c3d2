// How the helper is doing, and what this machine can enforce.
import { create } from "zustand";
import type { HelperStatus } from "../../../protocol/src/bridge.js";
import type { DoctorRow } from "../../../protocol/src/doctor.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";
import { newest } from "../../ui/newest.js";

interface HelperState {
  status: HelperStatus;
  /** Counts the helpers that have become ready: what was asked of an earlier one is to be asked again. */
  epoch: number;
  restarting: boolean;
  rows: DoctorRow[] | null;
  rowsError: SeeError | null;
  follow: () => () => void;
  restart: () => Promise<void>;
  examine: () => Promise<void>;
}

export const useHelper = create<HelperState>((set, get) => {
  /** How often the helper's status was told: an answer that was asked for before is older. */
  let told = 0;
  const begin = newest();
  return {
    status: { state: "starting" },
    epoch: 0,
    restarting: false,
    rows: null,
    rowsError: null,
    follow: () => {
      const settle = (status: HelperStatus): void => {
        const became = status.state === "ready" && get().status.state !== "ready";
        set((state) => ({ status, epoch: state.epoch + Number(became) }));
        if (became) void get().examine();
      };
      const before = told;
      const stop = see.onHelperStatus((status) => {
        told += 1;
        settle(status);
      });
      void see.helperStatus().then((outcome) => {
        if (told !== before) return;
        settle(outcome.ok ? outcome.value : { state: "gone", error: outcome.error });
      });
      return stop;
    },
    restart: async () => {
      set({ restarting: true });
      const before = told;
      const outcome = await see.restartHelper();
      set({ restarting: false });
      if (!outcome.ok && told === before) set({ status: { state: "gone", error: outcome.error } });
    },
    examine: async () => {
      const isNewest = begin();
      const outcome = await see.doctor();
      // A helper that came meanwhile was asked as well.
      if (!isNewest()) return;
      set(outcome.ok ? { rows: outcome.value, rowsError: null } : { rowsError: outcome.error });
    },
  };
});
