// Splits a command line into words as a POSIX shell would, with quotes and backslashes but no expansion:
// `$`, `*`, `~` and `#` are ordinary characters, and operators are refused rather than passed on as words.
import { APP_ERRORS } from "../../texts/app-errors.js";
import { fail, type Failure } from "./failure.js";

const BLANK = /[ \t]/;
/** What a shell would act upon, the end of a line among it. Kept as words they would silently mean something else. */
const OPERATOR = /[|&;<>()\n]/;

/** Returns the words; none for a blank line. Fails on an open quote, a trailing backslash or a shell operator. */
export function splitCommand(typed: string): string[] {
  // Of one line its own end means nothing.
  const line = typed.replaceAll(/^\s*\n|\n\s*$/g, "");
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < line.length) {
    const character = line.charAt(at);
    at += 1;
    if (BLANK.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === "'") {
      const end = line.indexOf("'", at);
      if (end === -1) throw open("'", at - 1);
      word = (word ?? "") + line.slice(at, end);
      at = end + 1;
    } else if (character === '"') {
      const quoted = readDoubleQuoted(line, at);
      word = (word ?? "") + quoted.text;
      at = quoted.next;
    } else if (character === "\\") {
      if (at >= line.length) throw unfinished(at - 1);
      const next = line.charAt(at);
      at += 1;
      // A backslash before a line's end joins the lines.
      if (next !== "\n") word = (word ?? "") + next;
    } else if (OPERATOR.test(character)) {
      throw operator(character, at - 1);
    } else if (character === "\0") {
      throw fail("bad-request", APP_ERRORS.zeroByte, { at: at - 1 });
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

/** Reads up to the closing quote; inside, a backslash is special only before `$`, backquote, `"`, `\` and newline. */
function readDoubleQuoted(line: string, start: number): { text: string; next: number } {
  let text = "";
  let at = start;
  while (at < line.length) {
    const character = line.charAt(at);
    at += 1;
    if (character === '"') return { text, next: at };
    const next = line.charAt(at);
    if (character === "\\" && next !== "" && '$`"\\\n'.includes(next)) {
      if (next !== "\n") text += next;
      at += 1;
    } else {
      text += character;
    }
  }
  throw open('"', start - 1);
}

function open(quote: string, at: number): Failure {
  return fail("bad-request", APP_ERRORS.openQuote(quote), { at });
}

function unfinished(at: number): Failure {
  return fail("bad-request", APP_ERRORS.lastBackslash, { at });
}

function operator(character: string, at: number): Failure {
  const said = character === "\n" ? APP_ERRORS.severalLines : APP_ERRORS.shellOperator(character);
  return fail("bad-request", said, { at, needs: "shell" });
}
