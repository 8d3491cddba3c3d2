// How the helper is doing, and what this machine can enforce.
import { create } from "zustand";
import type { HelperStatus } from "../../../protocol/src/bridge.js";
import type { DoctorRow } from "../../../protocol/src/doctor.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";

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

export const useHelper = create<HelperState>((set, get) => ({
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
    let told = false;
    const stop = see.onHelperStatus((status) => {
      told = true;
      settle(status);
    });
    void see.helperStatus().then((outcome) => {
      // News that came meanwhile is newer than this answer.
      if (told) return;
      settle(outcome.ok ? outcome.value : { state: "gone", error: outcome.error });
    });
    return stop;
  },
  restart: async () => {
    set({ restarting: true });
    const outcome = await see.restartHelper();
    set(
      outcome.ok
        ? { restarting: false }
        : { restarting: false, status: { state: "gone", error: outcome.error } },
    );
  },
  examine: async () => {
    const outcome = await see.doctor();
    set(outcome.ok ? { rows: outcome.value, rowsError: null } : { rowsError: outcome.error });
  },
}));
