// What the app itself says when something fails in it: what happened, and what to do. Beside the words, the error's code has
// a heading of its own (errors.ts). What the helper says comes with its errors.
export interface Said {
  /** What happened, as a sentence. */
  message: string;
  /** What to do. */
  hint: string;
}

const BUG = "This is a bug in Alcatraz; please report it. Nothing was lost.";
const HELPER_BUG =
  "This is a bug in Alcatraz; please report it. Sessions and their changes are safe on disk.";
const SAFE = "Your sessions go on without it, and their changes are safe on disk.";

export const APP_ERRORS = {
  // what is typed
  zeroByte: { message: "A command cannot contain a zero byte.", hint: "Remove it." },
  openQuote: (quote: string): Said => ({
    message: `The quote ${quote} is never closed.`,
    hint: "Close it, or write a backslash before it.",
  }),
  lastBackslash: { message: "The command ends in a backslash.", hint: "Remove it, or write two." },
  shellOperator: (operator: string): Said => ({
    message: `“${operator}” is for a shell, and no shell runs here.`,
    hint: "Quote it, or run the line in a shell.",
  }),
  severalLines: {
    message: "These are several lines: they are for a shell, and no shell runs here.",
    hint: "Run them in a shell, or leave one line.",
  },

  // the helper
  helperMissing: (path: string, packaged: boolean): Said => ({
    message: `The helper program is missing: ${path}.`,
    hint: packaged
      ? "Install Alcatraz again; your sessions are safe on disk."
      : "Build it: cargo build --release, in native-helper/.",
  }),
  helperSilent: {
    message: "The helper did not answer.",
    hint: "Start it again; if that does not help, look at the machine's load and at `alcatraz doctor`.",
  },
  helperEnding: { message: "The helper is being ended.", hint: "Ask again when it is ready." },
  helperGone: { message: "The helper is not running.", hint: "Start it again." },
  helperDied: (how: string, isRestarted: boolean): Said => ({
    message: `The helper ${how}.`,
    hint: `${isRestarted ? "It is being started again." : "Start it again."} ${SAFE}`,
  }),
  helperMismatch: (theirs: number, ours: number): Said => ({
    message: `The helper speaks version ${theirs} of the protocol and this app version ${ours}.`,
    hint: "Install app and helper of the same release.",
  }),
  helperMisunderstood: (what: string): Said => ({ message: `The helper ${what}.`, hint: HELPER_BUG }),
  // an administrator's helper
  pkexecMissing: {
    message: "Nothing on this machine can ask for an administrator's password: pkexec is not installed.",
    hint: "Install it: sudo apt-get install pkexec. Or type in a terminal: sudo alcatraz",
  },
  passwordDismissed: {
    message: "No administrator's password was given.",
    hint: "Nothing was changed. Try again, or run it as you.",
  },
  noAgent: {
    message: "This desktop has no window that asks for an administrator's password.",
    hint: "Start one, for example lxqt-policykit-agent or mate-polkit. Or type in a terminal: sudo alcatraz",
  },
  notAuthorized: {
    message: "The password was not right, or this machine does not let you act as an administrator.",
    hint: "Nothing was changed. Try again, ask whoever looks after the machine, or run it as you.",
  },
  pkexecFailed: (said: string): Said => ({
    message: `The administrator's helper could not be started: ${said}`,
    hint: "Nothing was changed. Try again, or type in a terminal: sudo alcatraz",
  }),
  otherStores: {
    message: "One of them is yours and the other one the administrator's.",
    hint: "Choose two that are kept together.",
  },
  ticketTaken: (ticket: number): Said => ({
    message: `Ticket ${ticket} is in use.`,
    hint: "Choose a number that no running request has.",
  }),
  notBegun: { message: "It was given up before it began.", hint: "Nothing was changed." },

  // the page
  badCall: (name: string): Said => ({
    message: `“${name}” was called with something that it does not take.`,
    hint: BUG,
  }),
  strangeCaller: {
    message: "The call did not come from the app's own page.",
    hint: "Use the app's window.",
  },
  bug: (why: string): Said => ({ message: `Something went wrong inside the app: ${why}`, hint: BUG }),
  pageCrashed: (times: number, reason: string): Said => ({
    message: `The window's process ended ${times} times in a row (${reason}).`,
    hint: "Start Alcatraz again. Your sessions run on, and their changes are safe on disk.",
  }),
  pageGone: { message: "The page that asked is gone.", hint: "Open the terminal again." },

  // terminals, settings, the desktop
  manyTerminals: (limit: number): Said => ({
    message: `${limit} terminals are open already.`,
    hint: "Close one of them first.",
  }),
  noTerminal: (why: string): Said => ({
    message: `No terminal could be opened: ${why}`,
    hint: "Close other terminals or programs, then try again. The session runs on without it.",
  }),
  settingsUnsaved: (why: string): Said => ({
    message: `The settings could not be saved: ${why}`,
    hint: "They hold until the app ends. Check the free space and the rights of the settings file.",
  }),
  applicationsUnchanged: (why: string, list: string, folder: string): Said => ({
    message: `Your list of applications could not be changed: ${why}`,
    hint: `Check the rights of ${list} and of ${folder}.`,
  }),
  sample: (why: string, installer: string): Said => ({
    message: `The sample cannot be run: ${why}`,
    hint: `Start the app with --sample=PROGRAM, or with a directory that holds ${installer}.`,
  }),
  exportPlace: (why: string, folder: string): Said => ({
    message: `Nothing can be written in ${folder}: ${why}.`,
    hint: "Choose another place for it.",
  }),
  exportFailed: (why: string): Said => ({
    message: `The export failed: ${why}`,
    hint: "Choose another place for it, with enough free space.",
  }),

  // programs of the desktop
  notStarted: (program: string, why: string): Said => ({
    message: `${program} could not be started: ${why}`,
    hint: "Install it, or choose another program in Settings.",
  }),
  endedAtOnce: (program: string, how: number | string): Said => ({
    message: `${program} could not open it: it ${typeof how === "number" ? `ended with status ${how}` : `was ended by signal ${how}`}.`,
    hint: "There may be no program for files of this kind: install one, or choose one in Settings.",
  }),
  programGone: {
    message: "The program that you chose is not installed any more.",
    hint: "Choose another one in Settings.",
  },
  noViewer: {
    message: "There is no program that opens files on this machine.",
    hint: "Install xdg-utils, or choose a program in Settings.",
  },
  noApplication: {
    message: "This desktop has no application with a window for files of this kind.",
    hint: "Install one, or choose a program in Settings.",
  },
  noComparer: {
    message: "There is no program that compares files on this machine.",
    hint: "Install Meld, KDiff3, Diffuse or Kompare. The Text view compares here, too.",
  },
  notOpened: {
    message: "Files of this kind are not opened on your machine: a program there could run them.",
    hint: "Look at it here: Inside and Hex show what it holds.",
  },
  largeCopy: { message: "The file is larger than 1 GB.", hint: "Look at it in parts, with Text or Hex." },
  noSide: { message: "There is no file on this side.", hint: "Open the other side." },
  noCopy: { message: "There is no such copy.", hint: "Open the editor again." },
  editedEncoding: {
    message: "The editor saved something that is not UTF-8.",
    hint: "Save it as UTF-8.",
  },
  editedUnfit: (why: string): Said => ({
    message: `What the editor saved cannot be taken: ${why}.`,
    hint: "Save it once more as a text of at most 1 MB.",
  }),
} as const;

/** How the helper ended: each follows "The helper". */
export const HELPER_ENDINGS = {
  unstarted: (why: string): string => `could not be started: ${why}`,
  signal: (signal: string): string => `was ended from outside (${signal})`,
  status: (status: number | null): string => `ended with status ${status ?? "unknown"}`,
} as const;

/** How the helper broke the contract: each follows "The helper". */
export const HELPER_FAULTS = {
  long: "sent a message that is too long",
  noJson: "sent something that is not JSON",
  neither: "sent a message that is neither reply nor notification",
  unasked: "answered a question that was not asked",
  answer: (method: string): string => `gave an answer to “${method}” that does not parse`,
  notification: "sent a notification that is not in the contract",
  params: (name: string): string => `sent a “${name}” that does not parse`,
} as const;

/** Why the system refused to make a file, by its code. Each ends a sentence. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "you have no right to",
  EDQUOT: "your share of the disk is used up",
  EEXIST: "a file of the name that it works under is there",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "there is no such place, or no file can be made there",
  ENOSPC: "the disk is full",
  ENOTDIR: "it is no folder",
  EPERM: "the system does not allow it",
  EROFS: "it is read-only",
};

/** Returns a refusal in words; of one that is not listed, its code. */
export function refusalWords(code: string): string {
  return REFUSALS[code] ?? code;
}

/** Why what an editor saved cannot be taken, and how an export ended: each ends a sentence. */
export const REASONS = {
  noFile: "it is no file",
  longText: "it is longer than 1 MB",
  status: (status: number | null): string => `it ended with status ${status ?? "unknown"}`,
} as const;
