// What sessions and commands are called, wherever a person meets them. Pure.
import { escapeText } from "../protocol/src/escape.js";

/** Programs that only run what they are given: it gives the name. */
const RUNNERS =
  /^(env|nice|nohup|setsid|stdbuf|time|timeout|sudo|(ba|da|z|k)?sh|fish|python[\d.]*|perl|ruby|node|php|lua|java|gs|wine|wine64|mono)$/;
/** Those that are told what to do in a word: that word and what it is done to belong to the name. */
const MANAGERS = /^(apt|apt-get|dnf|yum|rpm|zypper|pacman|pip[\d.]*|npm|cargo|make|snap|flatpak|systemctl)$/;
/** Options whose next word is a program's text: what follows that, if anything, is what the text is about. */
const TEXT_OPTION = /^-[a-z]*[ce]$/i;

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
  const given = RUNNERS.test(program) ? whatIsRun(words) : undefined;
  return given === undefined ? escapeText(program) : programTitle(given);
}

/** Returns the command that an interpreter was given; undefined when it was given none, or a text of no name. */
function whatIsRun(words: readonly string[]): readonly string[] | undefined {
  for (const [at, word] of words.entries()) {
    if (TEXT_OPTION.test(word)) return nonEmpty(words.slice(at + 2));
    const isProgram = !word.startsWith("-") && !/^\w+=/.test(word) && !/^\d+[smhd]?$/.test(word);
    if (isProgram) return words.slice(at);
  }
  return undefined;
}

function nonEmpty(words: readonly string[]): readonly string[] | undefined {
  return words.length === 0 ? undefined : words;
}

function isWord(word: string | undefined): word is string {
  return word !== undefined;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}
