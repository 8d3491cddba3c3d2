// The words outside of the window: notifications, the icon in the panel, the menu bar, dialogs of the desktop.
import { formatCount, formatMany } from "./format.js";

export const MENU = { file: "&File", quit: "&Quit", edit: "&Edit", view: "&View" } as const;

/** What is said in the terminal of Chromium's own sandbox. */
export const SANDBOX = {
  off: "running as root, so Chromium's own sandbox is off (--no-sandbox)",
  rootOnly: "--no-sandbox is for root only; start the app without it",
} as const;

/** The entry of file managers. */
export const LAUNCHER = {
  name: "Open in Alcatraz",
  comment: "Run this in a sandbox, see what it changes, then keep it or throw it away",
} as const;

export const DIALOGS = {
  directory: "Choose a folder to run in",
  exportTo: "Where to put the changes",
} as const;

export const PANEL = {
  name: "Alcatraz",
  show: "Show Alcatraz",
  takeBack: "Take back the last commit",
  history: "Older commits…",
  quit: "Quit",
  running: "running",
  waiting: "to decide",
  counts: (running: number, waiting: number): string[] => [
    ...(running > 0 ? [`${formatCount(running)} running`] : []),
    ...(waiting > 0 ? [`${formatCount(waiting)} to decide`] : []),
  ],
} as const;

export const ROLLBACK = {
  action: "Take it back",
  nothing: "Nothing to take back",
  nothingWhy: "There is no commit that can be taken back.",
  nothingOwnWhy:
    "No commit of yours can be taken back. The administrator's cannot be seen now: their password shows them.",
  alreadyWhy: "This commit was taken back already.",
  done: (name: string): string => `What ${name} changed was taken back`,
  doneWhy: (n: number): string => `${formatMany(n, "change")}; your machine is as it was before the commit.`,
  failed: "The commit was not taken back",
  failedWhy: (title: string, what: string, next: string): string =>
    `${title}. ${what} ${next}`.replace("  ", " "),
} as const;

export const NOTICES = {
  /** What a click on one does. */
  show: "Show",
  ended: (name: string): string => `${name} has ended`,
  endedWhy: "What it changed waits for your decision.",
  unchangedWhy: "It changed nothing: there is nothing to decide.",
  committed: (name: string): string => `${name} was committed`,
  committedWhy: "Your machine has its changes now.",
  broken: (name: string): string => `${name} could not go on`,
  waits: (name: string): string => `${name} waits for you`,
  quotaWhy: "It has written as much as it may. Allow it more, or stop it.",
  diskWhy: "The disk is nearly full. Make room, or stop it.",
  near: (name: string): string => `${name} is nearly at a limit`,
  ranOut: (name: string): string => `${name} reached a limit`,
  refused: (name: string): string => `${name} was refused something`,
  refusedWhy: (what: string): string => `${what} See what else in its list.`,
} as const;

/** What a session was refused; of what it named, the beginning. */
export const REFUSED = {
  network: (place: string): string => `It tried to reach ${place}, and its network does not lead there.`,
  "hidden-place": (path: string): string => `It tried to open ${path}, which is hidden from it.`,
  mount: (call: string): string => `It tried to change mounts (${call}).`,
  "set-id": (program: string): string => `It ran ${program} without its owner's rights.`,
} as const;
