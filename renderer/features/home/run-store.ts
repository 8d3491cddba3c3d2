// What is about to be run: the command line, where, and how it went wrong last time.
import { create } from "zustand";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Display } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { see } from "../../see.js";
import { useSessions } from "../run/sessions-store.js";
import { useSettings } from "../settings/settings-store.js";
import { NO_CHOICES, runRequest, UNCHOSEN, wrongFields, type Choices } from "./run-request.js";
import { TEXTS } from "../../../texts/home.js";

interface RunState extends Choices {
  line: string;
  cwd: string | null;
  starting: boolean;
  error: SeeError | null;
  edit: (part: Partial<Choices & Pick<RunState, "line" | "cwd">>) => void;
  chooseDirectory: () => Promise<void>;
  /** Runs the form as it stands: its line, with the name and the user that were chosen there. */
  runForm: () => Promise<void>;
  /** Puts a line into the form, so that it can be mended, and runs it; nothing else of the form applies. */
  runLine: (line: string, cwd: string) => Promise<void>;
  /** Runs a command; nothing of the form applies. */
  runCommand: (command: string[], cwd: string | null, display?: Display) => Promise<void>;
}

export const useRun = create<RunState>((set, get) => {
  /** Starts the command, and tells whether it started. */
  const start = async (command: string[], cwd: string | null, choices: Choices): Promise<boolean> => {
    if (get().starting) return false;
    set({ starting: true, error: null });
    const outcome = await useSessions.getState().run(runRequest(command, cwd, choices));
    if (!outcome.ok) {
      set({ starting: false, error: outcome.error });
      return false;
    }
    // What was chosen for one command is not chosen for the next.
    set({ starting: false, ...UNCHOSEN });
    // Who has gone elsewhere meanwhile stays there: the session is in the list.
    const { screen, dialog, go } = useRoute.getState();
    if (screen.name === "home" && dialog === null) go({ name: "session", session: outcome.value.id });
    return true;
  };
  return {
    line: "",
    cwd: null,
    ...NO_CHOICES,
    starting: false,
    error: null,
    edit: (part) => set({ ...part, error: null }),
    chooseDirectory: async () => {
      const outcome = await see.chooseDirectory();
      if (!outcome.ok) set({ error: outcome.error });
      else if (outcome.value !== null) set({ cwd: outcome.value });
    },
    runForm: async () => {
      const { line, cwd, ...choices } = get();
      if (wrongFields(choices).length > 0) {
        return set({
          error: {
            code: "bad-request",
            message: TEXTS.wrongOptions,
            hint: TEXTS.wrongOptionsHint,
            own: true,
          },
        });
      }
      const words = await see.splitCommand(line);
      if (!words.ok) return set({ error: words.error });
      if (words.value.length === 0) {
        return set({ error: { code: "bad-request", message: TEXTS.emptyCommand, hint: "", own: true } });
      }
      if (!(await start(words.value, cwd, choices))) return;
      useSettings.getState().remember(line.trim());
      set({ line: "" });
    },
    runLine: async (line, cwd) => {
      if (get().starting) return;
      get().edit({ line, cwd, ...UNCHOSEN });
      await get().runForm();
    },
    runCommand: async (command, cwd, display = "none") => {
      await start(command, cwd, { ...NO_CHOICES, display });
    },
  };
});
