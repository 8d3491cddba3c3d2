// A file's bytes as text that a person can change, and back, so that nothing but what was typed differs. Pure.

/** Longer files are for an editor of the person's own. */
export const LONGEST = 1024 * 1024;

export interface Editable {
  text: string;
  mark: boolean;
  /** Whether every line ends with a carriage return and a line feed. */
  returns: boolean;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const MARK = "\ufeff";

/** Returns what can be edited of these bytes; null when the text box would not give the same bytes back. */
export function toEditable(bytes: Uint8Array): Editable | null {
  try {
    return textToEditable(strict.decode(bytes));
  } catch {
    return null;
  }
}

/** Returns what can be edited of a file's text; null when the text box would not give the same text back. */
export function textToEditable(whole: string): Editable | null {
  const mark = whole.startsWith(MARK);
  const body = mark ? whole.slice(1) : whole;
  const returns = body.includes("\r\n");
  const text = returns ? body.replaceAll("\r\n", "\n") : body;
  const editable = { text, mark, returns };
  // A text box keeps no lone carriage return and no NUL.
  if (/[\r\0]/.test(text)) return null;
  return editableToText(editable, text) === whole ? editable : null;
}

/** Returns the bytes of a changed text. */
export function fromEditable(editable: Editable, text: string): Uint8Array {
  return new TextEncoder().encode(editableToText(editable, text));
}

/** Returns a changed text as the file has it: with its mark and its line ends. */
export function editableToText(editable: Editable, text: string): string {
  return (editable.mark ? MARK : "") + fromLines(editable, text);
}

/** Returns a changed text with the line ends that the file has, as an editor of the person's gets it. */
export function fromLines({ returns }: Editable, text: string): string {
  return returns ? text.replaceAll("\n", "\r\n") : text;
}

/** Returns what an editor has saved as a text box keeps it, without a mark and with plain line ends; null when it cannot. */
export function toLines(saved: string): string | null {
  return textToEditable(saved)?.text ?? null;
}
