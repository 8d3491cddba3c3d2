// What is about to be run: the command line, where, and how it went wrong last time.
import { create } from "zustand";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { AcceptedPromise, Display } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { see } from "../../see.js";
import { useSessions } from "../run/sessions-store.js";
import { useSettings } from "../settings/settings-store.js";
import {
  NO_CHOICES,
  picked,
  runRequest,
  UNCHOSEN,
  wrongFields,
  type Choices,
  type WrongField,
} from "./run-request.js";
import { TEXTS, WRONG_FIELDS } from "../../../texts/home.js";

/** One wish to run something. */
interface Attempt {
  command: string[];
  cwd: string | null;
  choices: Choices;
  /** What this machine need not keep of them, by name. */
  accept: AcceptedPromise[];
  /** The form's line, when it came from there. */
  line?: string;
}

interface RunState extends Choices {
  line: string;
  cwd: string | null;
  starting: boolean;
  error: SeeError | null;
  /** What was refused, as long as the error is shown. */
  refused: Attempt | null;
  edit: (part: Partial<Choices & Pick<RunState, "line" | "cwd">>) => void;
  chooseDirectory: () => Promise<void>;
  /** Runs the form as it stands: its line, with the name and the user that were chosen there. */
  runForm: () => Promise<void>;
  /** Puts a line into the form, so that it can be mended, and runs it there, with the form's choices. */
  runLine: (line: string, cwd: string) => Promise<void>;
  /** Runs a command with the form's choices; it shows windows like this unless that was chosen, too. */
  runCommand: (command: string[], cwd: string | null, display?: Display) => Promise<void>;
  /** Runs what was refused all the same, without a promise that cannot be kept here. */
  runWithout: (promise: AcceptedPromise) => Promise<void>;
}

export const useRun = create<RunState>((set, get) => {
  const start = async (attempt: Attempt): Promise<void> => {
    if (get().starting) return;
    const [wrong] = wrongFields(attempt.choices);
    if (wrong !== undefined) return set({ error: wrongOption(wrong, attempt.choices), refused: null });
    set({ starting: true, error: null, refused: null });
    const outcome = await useSessions.getState().run(runRequest(attempt));
    if (!outcome.ok) return set({ starting: false, error: outcome.error, refused: attempt });
    // What was chosen for one command is not chosen for the next.
    set({ starting: false, ...UNCHOSEN });
    if (attempt.line !== undefined) {
      useSettings.getState().remember({ line: attempt.line.trim(), cwd: attempt.cwd });
      set({ line: "" });
    }
    // Who has gone elsewhere meanwhile stays there: the session is in the list.
    const { screen, dialog, go } = useRoute.getState();
    if (screen.name === "home" && dialog === null) go({ name: "session", session: outcome.value.id });
  };
  return {
    line: "",
    cwd: null,
    ...NO_CHOICES,
    starting: false,
    error: null,
    refused: null,
    edit: (part) => set({ ...part, error: null, refused: null }),
    chooseDirectory: async () => {
      const outcome = await see.chooseDirectory();
      if (!outcome.ok) set({ error: outcome.error });
      else if (outcome.value !== null) set({ cwd: outcome.value });
    },
    runForm: async () => {
      const { line, cwd, ...choices } = get();
      const words = await see.splitCommand(line);
      if (!words.ok) return set({ error: words.error });
      if (words.value.length === 0) {
        return set({ error: { code: "bad-request", message: TEXTS.emptyCommand, hint: "", own: true } });
      }
      await start({ command: words.value, cwd, choices, accept: [], line });
    },
    runLine: async (line, cwd) => {
      if (get().starting) return;
      const { cwd: before } = get();
      get().edit({ line, cwd });
      await get().runForm();
      // What was refused is mended where it was to run; else the folder was this one run's.
      if (get().error === null) set({ cwd: before });
    },
    runCommand: async (command, cwd, display = "none") => {
      const choices = picked(get());
      const shows = choices.display === NO_CHOICES.display ? display : choices.display;
      await start({ command, cwd, choices: { ...choices, display: shows }, accept: [] });
    },
    runWithout: async (promise) => {
      const { refused } = get();
      if (refused !== null) await start({ ...refused, accept: [...refused.accept, promise] });
    },
  };
});

/** Says which of the options cannot be understood, and why. */
function wrongOption(field: WrongField, choices: Readonly<Choices>): SeeError {
  const { label, why } = WRONG_FIELDS[field];
  return {
    code: "bad-request",
    message: TEXTS.wrongOption(label, choices[field]),
    hint: why,
    own: true,
    facts: { option: field },
  };
}
