// Which characters are shown as escapes: the one table for page and main. The helper's is in see-core/src/path.rs; both
// are held to text/escapes.json.

/**
 * What hides in text or turns it, as the inside of a class of a regular expression (flag `u`): direction changes, breaks of
 * lines and annotations, everything that Unicode lets a screen leave away (zero width, fillers, variation selectors, tags),
 * and the blank Braille pattern. Control characters are hidden, too, but each reader has others that it knows how to show.
 */
export const UNSEEN = String.raw`\p{Default_Ignorable_Code_Point}\u2028-\u202e\u2800\ufff9-\ufffb`;

const DECEPTIVE = new RegExp(String.raw`[\u0000-\u001f\u007f-\u009f\\\ud800-\udfff${UNSEEN}]`, "gu");

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\" };

/** Returns a sentence of the helper's, fit for the screen. Names in it are escaped already: a `\\` stays what it is. */
export function escapeSentence(text: string): string {
  return text.replace(DECEPTIVE, (c) => (c === "\\" ? c : escapeText(c)));
}

/** Returns the text on one line, with every character that could deceive written as an escape. */
export function escapeText(text: string): string {
  return text.replace(DECEPTIVE, (c) => SHORT[c] ?? `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}
