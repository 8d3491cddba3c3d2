// Why a change deserves a look, in words: for each rule of renderer/features/review/rules.ts.
export interface RuleText {
  /** What it is about, in a few words: for lists and filters. */
  name: string;
  /** Why it deserves a look. */
  reason: string;
  /** What happened, for the summary: of one and of many ({n}). */
  says: readonly [one: string, many: string];
}

export const RULE_TEXTS = {
  "ssh-access": {
    name: "SSH access",
    reason: "It decides who may log in to this machine over SSH.",
    says: ["changed who may log in over SSH", "changed {n} files that decide who may log in over SSH"],
  },
  "ssh-keys": {
    name: "SSH keys and settings",
    reason: "SSH uses it to prove who you are, or to decide where a connection leads.",
    says: ["changed your SSH keys or settings", "changed {n} of your SSH keys and settings"],
  },
  "shell-start": {
    name: "Shell start-up",
    reason: "Every new shell runs it.",
    says: ["changed a shell start-up file", "changed {n} shell start-up files"],
  },
  "login-start": {
    name: "Desktop log-in",
    reason: "It is read or run when you log in to the desktop.",
    says: ["changed what happens when you log in", "changed {n} files that are used when you log in"],
  },
  autostart: {
    name: "Autostart",
    reason: "It is started by itself, at log-in or when the network changes.",
    says: [
      "added or changed a program that starts with the desktop",
      "added or changed {n} programs that start with the desktop",
    ],
  },
  services: {
    name: "Services",
    reason: "The system starts it by itself, often as root.",
    says: ["added or changed a service of the system", "added or changed {n} services of the system"],
  },
  scheduled: {
    name: "Scheduled tasks",
    reason: "It is run again and again, at times that it sets itself.",
    says: ["added or changed a scheduled task", "added or changed {n} scheduled tasks"],
  },
  "root-rights": {
    name: "Rights of root",
    reason: "It decides who may act as root.",
    says: ["changed who may act as root", "changed {n} files that decide who may act as root"],
  },
  accounts: {
    name: "Accounts",
    reason: "It decides which accounts there are and how they prove who they are.",
    says: ["changed the accounts of this machine", "changed {n} files about the accounts of this machine"],
  },
  preload: {
    name: "Library loading",
    reason: "It decides which libraries programs load: with it, foreign code runs in every program.",
    says: [
      "changed which libraries programs load",
      "changed {n} files that decide which libraries programs load",
    ],
  },
  libraries: {
    name: "Shared libraries",
    reason: "Programs that were there before load this library, and it is no longer the same.",
    says: [
      "changed a shared library that was there before",
      "changed {n} shared libraries that were there before",
    ],
  },
  boot: {
    name: "Boot and kernel",
    reason: "It is used when the machine starts, or by the kernel itself.",
    says: ["changed how the machine starts", "changed {n} files that are used when the machine starts"],
  },
  packages: {
    name: "Record of packages",
    reason: "The package manager keeps there what is installed and what belongs to it.",
    says: [
      "changed the record of installed packages",
      "changed {n} files of the record of installed packages",
    ],
  },
  "package-sources": {
    name: "Sources of software",
    reason: "It decides where software is taken from, and whose signature is trusted.",
    says: [
      "changed where software is taken from",
      "changed {n} files that decide where software is taken from",
    ],
  },
  names: {
    name: "Names and routes",
    reason: "It decides where names and connections lead.",
    says: [
      "changed where names or connections lead",
      "changed {n} files that decide where names or connections lead",
    ],
  },
  certificates: {
    name: "Certificates",
    reason: "It decides whom encrypted connections trust.",
    says: [
      "changed which certificates are trusted",
      "changed {n} files that decide which certificates are trusted",
    ],
  },
  browser: {
    name: "Browsers and mail",
    reason: "It belongs to a browser or mail program: passwords, cookies, add-ons or settings.",
    says: ["changed a file of your browser", "changed {n} files of your browsers or mail programs"],
  },
  secrets: {
    name: "Keys and passwords",
    reason: "It holds keys, passwords or access to your accounts elsewhere.",
    says: ["changed a file with keys or passwords", "changed {n} files with keys or passwords"],
  },
  "tool-settings": {
    name: "What tools start",
    reason: "A tool that you use or the desktop's menu reads it, and may start programs that it names.",
    says: [
      "changed what a tool or the desktop's menu starts",
      "changed {n} files that say what tools or the desktop's menu start",
    ],
  },
  "set-id": {
    name: "Runs with other rights",
    reason:
      "Whoever starts it, it runs with the rights of its owner or group (set-user-id, set-group-id) or with some of root's (capabilities).",
    says: [
      "made a program that runs with other rights than its user's",
      "made {n} programs that run with other rights than their user's",
    ],
  },
  "open-to-all": {
    name: "Anyone may write",
    reason: "Anyone on this machine may change it.",
    says: ["left a file that anyone may change", "left {n} files that anyone may change"],
  },
  commands: {
    name: "Changed commands",
    reason: "A command that was there before is no longer the same.",
    says: ["changed a command that was there before", "changed {n} commands that were there before"],
  },
  "first-in-path": {
    name: "Commands found first",
    reason: "The shell looks here before it looks among the system's commands: it can take the place of one.",
    says: ["added a command where the shell looks first", "added {n} commands where the shell looks first"],
  },
  "no-program": {
    name: "Not a program",
    reason: "It is not a program, and lies in a folder of programs.",
    says: [
      "left a file that is not a program in a folder of programs",
      "left {n} files that are not programs in a folder of programs",
    ],
  },
  "no-program-name": {
    name: "Named like a document",
    reason: "By its name it is a document or a picture, and it lies in a folder of programs.",
    says: ["left a document in a folder of programs", "left {n} documents in a folder of programs"],
  },
  "odd-program": {
    name: "Program in an odd place",
    reason: "It can be run, and is hidden or lies where programs are not kept.",
    says: ["left a program where programs are not kept", "left {n} programs where programs are not kept"],
  },
  "two-endings": {
    name: "Two endings",
    reason: "Its name looks like a document's, but its last ending is a program's.",
    says: ["left a program that is named like a document", "left {n} programs that are named like documents"],
  },
  "deceptive-name": {
    name: "Deceptive name",
    reason: "Its name holds characters that hide or turn text, or begins or ends with a space.",
    says: ["made a name that deceives the eye", "made {n} names that deceive the eye"],
  },
  hidden: {
    name: "Hidden in the system",
    reason: "It is hidden (its name begins with a dot) where hidden files are unusual.",
    says: ["hid a file among those of the system", "hid {n} files among those of the system"],
  },
  huge: {
    name: "Very large files",
    reason: "It is larger than 100 MB.",
    says: ["wrote a very large file", "wrote {n} very large files"],
  },
  device: {
    name: "Devices",
    reason: "It is a device: it gives access to hardware or to the kernel.",
    says: ["made a device", "made {n} devices"],
  },
  deletion: {
    name: "Deletions",
    reason: "It was there before, and would be gone.",
    says: ["deleted something that was there before", "deleted {n} files and folders"],
  },
} as const satisfies Readonly<Record<string, RuleText>>;

export type RuleId = keyof typeof RULE_TEXTS;
