// What is about to be run: the command line, where, and how it went wrong last time.
import { create } from "zustand";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { RunRequest } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { see } from "../../see.js";
import { useSessions } from "../run/sessions-store.js";
import { useSettings } from "../settings/settings-store.js";
import { TEXTS } from "./texts.js";

interface RunState {
  line: string;
  cwd: string | null;
  name: string;
  asRoot: boolean;
  starting: boolean;
  error: SeeError | null;
  edit: (part: Partial<Pick<RunState, "line" | "cwd" | "name" | "asRoot">>) => void;
  chooseDirectory: () => Promise<void>;
  /** Runs the command line as it stands. */
  runLine: () => Promise<void>;
  runCommand: (command: string[], cwd: string | null) => Promise<void>;
}

export const useRun = create<RunState>((set, get) => ({
  line: "",
  cwd: null,
  name: "",
  asRoot: false,
  starting: false,
  error: null,
  edit: (part) => set({ ...part, error: null }),
  chooseDirectory: async () => {
    const outcome = await see.chooseDirectory();
    if (!outcome.ok) set({ error: outcome.error });
    else if (outcome.value !== null) set({ cwd: outcome.value });
  },
  runLine: async () => {
    const { line, cwd } = get();
    const words = await see.splitCommand(line);
    if (!words.ok) return set({ error: words.error });
    if (words.value.length === 0) {
      return set({ error: { code: "bad-request", message: TEXTS.emptyCommand, hint: "" } });
    }
    await get().runCommand(words.value, cwd);
    if (get().error === null) {
      useSettings.getState().remember(line.trim());
      set({ line: "", name: "" });
    }
  },
  runCommand: async (command, cwd) => {
    if (get().starting) return;
    const { name, asRoot } = get();
    const request: RunRequest = { command };
    if (cwd !== null) request.cwd = cwd;
    if (name.trim() !== "") request.name = name.trim();
    if (asRoot) request.as = "root";
    set({ starting: true, error: null });
    const outcome = await useSessions.getState().run(request);
    set({ starting: false, error: outcome.ok ? null : outcome.error });
    if (outcome.ok) useRoute.getState().go({ name: "session", session: outcome.value.id });
  },
}));
