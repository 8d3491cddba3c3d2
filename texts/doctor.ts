// What a machine can enforce, in the words of the app: what each thing is called, and what is lacking. Exhaustive: a new one
// does not compile without its words. The helper's own sentences are for its command line.
import { type Feature, type Gap, GroupWay } from "../protocol/src/doctor.js";
import type { Facts } from "./error-reasons.js";

export type Told = string | ((facts: Facts) => string);

const place = (facts: Facts): string => String(facts["place"] ?? "");

export const FEATURES: Readonly<Record<Feature, Told>> = {
  "user-namespaces": "Making sessions",
  store: "Keeping sessions on the disk",
  "whole-see": "A whole session, made and taken down",
  "shifted-ids": "Root in a session is nobody outside",
  "nothing-got-out": "Nothing got out",
  "directory-renames": "Renaming folders of this machine",
  "other-owners": "Changing files of other owners",
  processes: "Processes kept apart",
  "network-off": "The network cut off",
  "network-by-choice": "As much network as was chosen",
  "ipc-and-name": "Shared memory and the machine's name kept apart",
  "control-groups": "Groups of processes kept apart",
  "call-filter": "Dangerous requests to the kernel refused",
  crashes: "Crashes are told to nobody outside",
  recorded: "Programs, network and reads recorded",
  "handed-in": "Ports that lead in, connections elsewhere",
  freezing: "Freezing at a limit of disk space",
  "process-limit": "A limit of processes",
  "memory-limit": "A limit of memory",
  "account-limits": "What your account may use left alone",
  "own-display": "Windows in a window of their own",
  clipboard: "The clipboard shared on request",
  devices: "Graphics, sound and camera on request",
  "disk-commits": (facts) => `Commits to ${place(facts)} by renaming`,
  place: (facts) => `Changes in ${place(facts)}`,
  "room-left-behind": ({ room }) => `Left behind: ${String(room)}`,
  "wall-files": "What is written stays inside",
  "wall-processes": "Programs of this machine out of sight",
  "wall-kernel": "Settings of the kernel cannot be changed",
  "wall-devices": "No devices of this machine",
  "wall-sockets": "Services of this machine do not answer",
  "wall-network": "No network unless asked for",
  "wall-hidden": "Hidden places are empty",
};

export interface GapWords {
  /** Empty: the helper's own, which names what there is no list of. */
  why: Told;
  /** What to do about it; left out where nothing can be done. */
  next?: Told;
  /** What to type for that. */
  type?: Told;
}

/** Another kernel, only where that helps. */
const kernel = (facts: Facts): string =>
  facts["new-kernel"] === true ? "Run Alcatraz" : "Use a kernel since 6.3,";

const SUDO = "Run Alcatraz with sudo.";
const REPORT = {
  next: "Do not run anything hostile here, and please report this, with what this prints:",
  type: "uname -a",
};
/** How to have control groups. */
const WAYS: Readonly<Record<GroupWay, string>> = {
  scope: "Give the app a group of its own: start it from a terminal, with this before its command:",
  manager:
    "Let your account keep a manager, and give the app a group of its own: start it from a terminal, with this before its command:",
  root: SUDO,
  mount: "Make them usable:",
  boot: "Take this off the kernel's command line, and start the machine anew:",
  kernel: "Use a kernel that has this:",
  container: "Start the container with control groups that it may change, or run Alcatraz outside of it.",
};
const GROUPS = {
  next: ({ way }: Facts): string => WAYS[GroupWay.catch("container").parse(way)],
  type: ({ type = "" }: Facts): string => String(type),
};
/** Names that a shell takes as they are. */
const PLAIN = /^[\w./+@%-]+$/;
const XEPHYR = { next: "Install it:", type: "sudo apt-get install xserver-xephyr" };

export const GAPS: Readonly<Record<Exclude<Gap, "failed">, GapWords>> = {
  "crashes-to-socket": {
    why: "When a program crashes, the kernel tells a service of this machine, and hands over what the program held.",
    next: "Let it write a file instead:",
    type: "sudo sysctl kernel.core_pattern=core",
  },
  "crashes-to-handler": {
    why: "Your account may keep no traces of crashes (its hard limit is 0), and the kernel then hands them to a program of this machine.",
    next: "Allow your account 1 or more in /etc/security/limits.conf and log in again, or let the kernel write a file:",
    type: "sudo sysctl kernel.core_pattern=core",
  },
  "no-x11-tool": {
    why: "Xephyr, which shows a session's windows in one of yours, is not installed.",
    ...XEPHYR,
  },
  "no-x11-display": {
    why: "There is no X display here to share it with.",
    next: "Start Alcatraz in a desktop session that shows X windows.",
  },
  "display-refuses": {
    why: ({ number }) => `The display :${String(number)} takes no connection.`,
    next: "Start Alcatraz in the desktop session that shows this display.",
  },
  "only-wayland": {
    why: "Only Wayland can show a session's windows, and the clipboard cannot be shared with them: Xephyr is not installed.",
    ...XEPHYR,
  },
  "no-device": {
    why: ({ devices }) => `This machine has none of this kind: ${String(devices)}.`,
    next: "Plug it in, or load its driver.",
  },
  "stops-by-signals": {
    why: "This machine offers no group that stands still as a whole. A session that reaches its limit is stopped by signals, and ended when a program wakes itself.",
    ...GROUPS,
  },
  "no-process-groups": {
    why: "This machine offers no group whose processes are counted, so only each user in a session is limited by itself.",
    ...GROUPS,
  },
  "processes-by-account": {
    why: "This kernel counts all processes of your account together, those outside of sessions too.",
    ...GROUPS,
  },
  "no-memory-groups": {
    why: "This machine offers no group whose memory is counted, so only each process by itself is limited.",
    ...GROUPS,
  },
  "account-counts": {
    why: "The kernel counts a few things (files that are being handed over, room in pipes, what programs wait for) for your account as a whole, so a program inside can leave too few to those outside.",
    next: SUDO,
  },
  "no-shift": {
    why: "This kernel cannot give root in a session another number, so root there can neither mount nor change the kernel's settings.",
    next: (facts) => `${kernel(facts)} outside of containers.`,
  },
  "unmapped-place": {
    why: (facts) =>
      `What is mounted at ${place(facts)} does not let root in a session have another number, so root there can neither mount nor change the kernel's settings.`,
    next: (facts) =>
      place(facts) === "/"
        ? `${kernel(facts)} outside of containers, where the main disk is ext4, xfs or btrfs.`
        : "Unmount that place, or stop the container that it belongs to.",
  },
  "host-changed": {
    why: "A file of this machine was changed from inside a session.",
    next: "Do not use Alcatraz on this machine, and please report this, with what this prints:",
    type: "uname -a",
  },
  "commit-copies": {
    why: "Slower, and as safe. The session's changes cannot be kept on the disk itself.",
    next: "Make the top folder of that disk writable for you alone, or keep the store there.",
  },
  "place-limited": { why: "" },
  "renames-copy": {
    why: "Without privilege the kernel cannot rename folders of this machine in a session; programs copy them instead.",
    next: SUDO,
  },
  "own-id-only": {
    why: "Without privilege a session knows your account alone: what you may write but do not own, or what is of another group than your first one, cannot be changed inside.",
    next: SUDO,
  },
  "unwritable-inside": { why: "A file that you can write cannot be written in a session.", ...REPORT },
  "process-reached": { why: "A program of this machine can be reached from a session.", ...REPORT },
  "kernel-writable": { why: ({ path }) => `${String(path)} can be written in a session.`, ...REPORT },
  "device-there": { why: ({ path }) => `${String(path)} is there in a session.`, ...REPORT },
  "device-made": { why: "A device that was made in a session can be opened.", ...REPORT },
  "socket-by-path": { why: "A service of this machine answers by its path.", ...REPORT },
  "socket-by-name": { why: "A service of this machine answers by its name.", ...REPORT },
  "interface-there": {
    why: ({ interface: name }) => `The network interface ${String(name)} is there in a session.`,
    ...REPORT,
  },
  "hidden-read": { why: "What should be hidden can be read.", ...REPORT },
  "hidden-fails": { why: "A hidden place is not empty, and fails.", ...REPORT },
  "hidden-written": { why: "A hidden place can be written.", ...REPORT },
  "store-gone": {
    why: ({ store }) =>
      `Its store ${String(store)} is not there any more. What sessions wrote may still lie in it.`,
    next: ({ room }) => `Remove ${String(room)} when you want nothing of that.`,
    type: ({ room }) => (PLAIN.test(String(room)) ? `rm -r ${String(room)}` : ""),
  },
};

export const TEXTS = {
  title: "What this machine can enforce",
  loading: "Examining this machine",
  status: { full: "full", partial: "partial", none: "none" },
  allFull: "Everything. Programs are fully isolated.",
  missing: (n: number): string => (n === 1 ? "All but one thing." : `All but ${n} things.`),
  holds: (n: number): string => (n === 1 ? "One thing holds in full" : `${n} things hold in full`),
  /** Several disks to which a commit copies. */
  copies: (n: number): string =>
    n === 1
      ? "Commits to one disk copy instead of renaming"
      : `Commits to ${n} disks copy instead of renaming`,
  places: (n: number): string =>
    n === 1 ? "Changes in one place are limited" : `Changes in ${n} places are limited`,
  systemMode: "System mode",
  userMode: "User mode",
} as const;
