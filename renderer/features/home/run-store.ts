// What is about to be run: the command line, where, and how it went wrong last time.
import { create } from "zustand";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { AcceptedPromise, Display } from "../../../protocol/src/session.js";
import type { Whose } from "../../../protocol/src/stores.js";
import { useRoute } from "../../route-store.js";
import { see } from "../../see.js";
import { isDialogOpen } from "../../ui/open-dialogs.js";
import { useSessions } from "../run/sessions-store.js";
import { useSettings } from "../settings/settings-store.js";
import { matching, USUAL } from "./profiles.js";
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
  whose: Whose;
  /** What this machine need not keep of them, by name. */
  accept: AcceptedPromise[];
  /** The form's line, when it came from there. */
  line?: string;
}

/** What is chosen for a document by itself. */
export type DocumentChoices = Pick<Choices, "quota" | "reads" | "display">;

/** Choices that go with the document they were made for. */
interface Care {
  choices: DocumentChoices;
  /** How the document's line ends: one that is mended still does, another's does not. */
  end: string;
}

interface RunState extends Choices {
  line: string;
  cwd: string | null;
  /** Whose the session is to be. */
  whose: Whose;
  starting: boolean;
  error: SeeError | null;
  /** What was refused, as long as the error is shown. */
  refused: Attempt | null;
  /** What was chosen for the document in the form. */
  care: Care | null;
  edit: (part: Partial<Choices & Pick<RunState, "line" | "cwd" | "whose">>) => void;
  chooseDirectory: () => Promise<void>;
  /** Runs the form as it stands: its line, with the name and the user that were chosen there. */
  runForm: () => Promise<void>;
  /** The same as root with the whole machine; where nobody gives the password, the form is as it was. */
  installForm: () => Promise<void>;
  /** Puts a line into the form; for a document with choices of its own, unless something was chosen. */
  putLine: (line: string, cwd: string, choices?: DocumentChoices) => void;
  /** Puts a line into the form, so that it can be mended, and runs it there, with the form's choices. */
  runLine: (line: string, cwd: string, choices?: DocumentChoices) => Promise<void>;
  /** Runs a command with the form's choices; it shows windows like this unless that was chosen, too. */
  runCommand: (command: string[], cwd: string | null, display?: Display) => Promise<void>;
  /** Runs what was refused all the same, without a promise that cannot be kept here. */
  runWithout: (promise: AcceptedPromise) => Promise<void>;
}

export const useRun = create<RunState>((set, get) => {
  /** The form when what is being started was asked for: what differs by its end is the next one's. */
  let begun: RunState;
  /** Tells whether something can be started now; then nothing else is until that is through. */
  const begin = (): boolean => {
    if (get().starting) return false;
    begun = get();
    set({ starting: true, error: null, refused: null });
    return true;
  };
  const refuse = (error: SeeError, refused: Attempt | null = null): false => {
    set({ starting: false, error, refused });
    return false;
  };
  /** Starts what was begun; tells whether it did. */
  const start = async (attempt: Attempt): Promise<boolean> => {
    const [wrong] = wrongFields(attempt.choices);
    if (wrong !== undefined) return refuse(wrongOption(wrong, attempt.choices));
    const outcome = await useSessions.getState().run(runRequest(attempt), attempt.whose);
    if (!outcome.ok) return refuse(outcome.error, attempt);
    // What was chosen for one command is not chosen for the next; what waits in the form keeps what is its own.
    const isForm = attempt.line !== undefined;
    set((state) => ({
      starting: false,
      ...spent(state, begun),
      ...(state.whose === attempt.whose ? { whose: "own" as const } : {}),
      ...(isForm ? withoutCare(state) : cared(state)),
    }));
    if (attempt.line !== undefined) {
      useSettings.getState().remember({ line: attempt.line.trim(), cwd: attempt.cwd });
      if (get().line === attempt.line) set({ line: "" });
    }
    // Who has gone elsewhere meanwhile, or was told something, stays there: the session is in the list.
    const { screen, go } = useRoute.getState();
    if (screen.name === "home" && !isDialogOpen() && get().error === null) {
      go({ name: "session", session: outcome.value.id });
    }
    return true;
  };
  const runForm = async (instead: Partial<Pick<RunState, "asRoot" | "whose">> = {}): Promise<boolean> => {
    if (!begin()) return false;
    const { line, cwd, whose, ...state } = { ...get(), ...instead };
    const words = await see.splitCommand(line);
    if (!words.ok) return refuse(words.error);
    if (words.value.length === 0) {
      return refuse({ code: "bad-request", message: TEXTS.emptyCommand, hint: "", own: true });
    }
    return start({ command: words.value, cwd, choices: picked(state), whose, accept: [], line });
  };
  return {
    line: "",
    cwd: null,
    whose: "own",
    ...NO_CHOICES,
    starting: false,
    error: null,
    refused: null,
    care: null,
    edit: (part) =>
      set((state) => {
        const isOther = part.line !== undefined && state.care !== null && !part.line.endsWith(state.care.end);
        return { ...(isOther ? withoutCare(state) : {}), ...part, error: null, refused: null };
      }),
    chooseDirectory: async () => {
      const outcome = await see.chooseDirectory();
      if (!outcome.ok) set({ error: outcome.error });
      else if (outcome.value !== null) set({ cwd: outcome.value });
    },
    runForm: async () => {
      await runForm();
    },
    installForm: async () => {
      await runForm({ asRoot: true, whose: "administrators" });
    },
    putLine: (line, cwd, choices) => {
      set(withoutCare(get()));
      get().edit({ line, cwd });
      if (choices === undefined || matching([USUAL], get(), false) === null) return;
      set({ ...choices, care: { choices, end: line.slice(line.lastIndexOf(" ") + 1) } });
    },
    runLine: async (line, cwd, choices) => {
      if (get().starting) return;
      const { cwd: before } = get();
      get().putLine(line, cwd, choices);
      // What was refused is mended where it was to run; else the folder was this one run's.
      if ((await runForm()) && get().cwd === cwd) set({ cwd: before });
    },
    runCommand: async (command, cwd, display = "none") => {
      const choices = picked({ ...get(), ...withoutCare(get()) });
      const shows = choices.display === NO_CHOICES.display ? display : choices.display;
      const { whose } = get();
      if (begin()) await start({ command, cwd, choices: { ...choices, display: shows }, whose, accept: [] });
    },
    runWithout: async (promise) => {
      const { refused } = get();
      if (refused !== null && begin()) await start({ ...refused, accept: [...refused.accept, promise] });
    },
  };
});

/** Returns what takes the choices back that were for one command alone, but for those that were made since. */
function spent(state: RunState, begun: RunState): Partial<Choices> {
  const names = Object.keys(UNCHOSEN) as (keyof typeof UNCHOSEN)[];
  return Object.fromEntries(
    names.filter((name) => state[name] === begun[name]).map((name) => [name, UNCHOSEN[name]]),
  );
}

/** Returns what was chosen for the document in the form, where the person has not chosen otherwise since. */
function cared({ care, ...state }: RunState): Partial<DocumentChoices> {
  const entries = Object.entries(care?.choices ?? {}) as [keyof DocumentChoices, string][];
  return Object.fromEntries(entries.filter(([name, value]) => state[name] === value));
}

/** Returns what takes that back. */
function withoutCare(state: RunState): Partial<DocumentChoices> & Pick<RunState, "care"> {
  const names = Object.keys(cared(state)) as (keyof DocumentChoices)[];
  return { ...Object.fromEntries(names.map((name) => [name, NO_CHOICES[name]])), care: null };
}

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
