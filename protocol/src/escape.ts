// Which characters are shown as escapes: the one table for page and main. The helper's is in see-core/src/path.rs; both
// are held to text/escapes.json.

/** Control characters, line and paragraph breaks, direction changes, and characters without a width. */
const DECEPTIVE =
  // oxlint-disable-next-line no-control-regex -- finding control characters is the point
  /[\u0000-\u001f\u007f-\u009f\\\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\u{e0000}-\u{e007f}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\" };

/** Returns a sentence of the helper's, fit for the screen. Names in it are escaped already: a `\\` stays what it is. */
export function escapeSentence(text: string): string {
  return text.replace(DECEPTIVE, (c) => (c === "\\" ? c : escapeText(c)));
}

/** Returns the text on one line, with every character that could deceive written as an escape. */
export function escapeText(text: string): string {
  return text.replace(DECEPTIVE, (c) => SHORT[c] ?? `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}
