// What sessions and commands are called, wherever a person meets them. Pure.
import { escapeText } from "../protocol/src/escape.js";

/**
 * Programs that only run what they are given, which gives the name, and their options whose next word is a value: a program's
 * text, a user, a file to write. A letter of these may stand behind letters that take none.
 */
const RUNNERS: readonly (readonly [program: RegExp, valued: RegExp | null])[] = [
  [/^((ba|da|z|k)?sh|fish)$/, /^-[a-zA-Z]*c[a-zA-Z]*$|^[-+][a-zA-Z]*[oO]$|^--(rcfile|init-file)$/],
  [/^python[\d.]*$/, /^-[bBdEiIOPqsSuvx]*[cWX]$/],
  [/^perl$/, /^-[aclnpsStTuUwWX\d]*[eEI]$/],
  [/^ruby$/, /^-[aclnpsSvwW\d]*[eICEr]$/],
  [/^node$/, /^-(e|p|pe|r|C)$|^--(eval|print|require|import|conditions)$/],
  [/^php$/, /^-[aCnqw]*[BcdERrz]$/],
  [/^lua$/, /^-[el]$/],
  [/^java$/, /^-(cp|classpath|p)$|^--(class-path|module-path|add-modules)$/],
  [/^gs$/, /^-[coI]$/],
  [/^env$/, /^-[0iv]*[uCS]$|^--(unset|chdir|split-string)$/],
  [/^nice$/, /^-n$|^--adjustment$/],
  [/^stdbuf$/, /^-[eio]$|^--(error|input|output)$/],
  [/^time$/, /^-[apqv]*[fo]$|^--(format|output)$/],
  [/^timeout$/, /^-[fpv]*[ks]$|^--(kill-after|signal)$/],
  [/^sudo$/, /^-[AbEHikKnPsS]*[CDgpRrtTuU]$|^--(user|group|chdir|chroot|prompt|host)$/],
  [/^(nohup|setsid|wine|wine64|mono)$/, null],
];
/** Those that are told what to do in a word: that word and what it is done to belong to the name. */
const MANAGERS = /^(apt|apt-get|dnf|yum|rpm|zypper|pacman|pip[\d.]*|npm|cargo|make|snap|flatpak|systemctl)$/;
/** Returns what a session is called: its name, or what it ran. */
export function sessionTitle({ name, command }: { name: string | null; command: readonly string[] }): string {
  return name === null ? programTitle(command) : escapeText(name);
}

/** Returns what a command is called: the file of its program, or of what an interpreter was given to run. */
export function programTitle(command: readonly string[]): string {
  const program = fileName(command[0] ?? "");
  const words = command.slice(1);
  if (MANAGERS.test(program)) {
    const [first, second] = words.filter((word) => !word.startsWith("-"));
    return escapeText([program, first, second].filter(isWord).map(fileName).join(" "));
  }
  const runner = RUNNERS.find(([runs]) => runs.test(program));
  const given = runner === undefined ? undefined : whatIsRun(words, runner[1]);
  return given === undefined ? escapeText(program) : programTitle(given);
}

/** Returns the command that a runner was given; undefined when it was given none, or a text of no name. */
function whatIsRun(words: readonly string[], valued: RegExp | null): readonly string[] | undefined {
  for (const [at, word] of words.entries()) {
    const isValue = at > 0 && valued?.test(words[at - 1] ?? "") === true;
    const isProgram = !/^[-+]/.test(word) && !/^\w+=/.test(word) && !/^\d+[smhd]?$/.test(word);
    if (isProgram && !isValue) return words.slice(at);
  }
  return undefined;
}

function isWord(word: string | undefined): word is string {
  return word !== undefined;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}
