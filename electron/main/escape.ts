// Text from outside made safe to print: control, direction and zero-width characters become visible escapes.

/** C0 and C1 controls, direction marks and overrides, zero-width and invisible characters, line separators. */
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Returns the text with every character that could move a cursor or hide as `\u{…}`. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}
