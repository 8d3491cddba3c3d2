// What the app calls the things that a machine can enforce. The helper's own names are those of the command line.

/** By the helper's names; what is not listed is called as the helper calls it. */
export const FEATURES: Readonly<Record<string, string>> = {
  "User namespaces": "Making sessions",
  Store: "Keeping sessions on the disk",
  "A whole SEE": "A whole session, made and taken down",
  "Root inside is nobody outside (id-mapped mounts)": "Root in a session is nobody outside",
  "Renaming directories": "Renaming folders of this machine",
  "Changes to files of other owners": "Changing files of other owners",
  "Network off": "The network cut off",
  "Network by choice (web, full)": "As much network as was chosen",
  "IPC and host name kept apart": "Shared memory and the machine's name kept apart",
  "Control groups kept apart": "Groups of processes kept apart",
  "System-call filter": "Dangerous requests to the kernel refused",
  "A display of its own for each session": "Windows in a window of their own",
  "A clipboard shared with it on request": "The clipboard shared on request",
  "Devices on request (gpu, sound, camera)": "Graphics, sound and camera on request",
};

export const TEXTS = {
  title: "What this machine can enforce",
  loading: "Examining this machine",
  status: { full: "full", partial: "partial", none: "none" },
  mend: "To mend it:",
  allFull: "Everything. Programs are fully isolated.",
  missing: (n: number): string => (n === 1 ? "All but one thing." : `All but ${n} things.`),
  holds: (n: number): string => (n === 1 ? "One thing holds in full" : `${n} things hold in full`),
  /** Several disks to which a commit copies. */
  copies: (n: number): string =>
    n === 1
      ? "Commits to one disk copy instead of renaming"
      : `Commits to ${n} disks copy instead of renaming`,
  copiesWhy: "Slower, and as safe. The session's changes cannot be kept on the disk itself:",
  places: (n: number): string =>
    n === 1 ? "Changes in one place are limited" : `Changes in ${n} places are limited`,
  systemMode: "System mode",
  userMode: "User mode",
} as const;
