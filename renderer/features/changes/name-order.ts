// The order of names in a folder: by their characters, and by value where both have a number: 2 before 10. Pure, and quick:
// a folder may have a million of them.

/** Compares two names; different names are never equal. */
export function compareNames(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (isDigit(a, at) || isDigit(b, at)) {
    // The number that both are in, or begin with, here.
    let start = at;
    while (start > 0 && isDigit(a, start - 1)) start--;
    if (isDigit(a, start) && isDigit(b, start)) {
      const left = numberAt(a, start);
      const right = numberAt(b, start);
      if (left.digits.length !== right.digits.length) return left.digits.length - right.digits.length;
      if (left.digits !== right.digits) return left.digits < right.digits ? -1 : 1;
      // The same number, written with more zeros: what follows it decides, and only then the zeros.
      return compareNames(a.slice(left.end), b.slice(right.end)) || left.end - right.end;
    }
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** The digits of a number without the zeros before it, and where it ends. */
function numberAt(text: string, start: number): { digits: string; end: number } {
  let from = start;
  while (text.charCodeAt(from) === 48) from++;
  let end = from;
  while (isDigit(text, end)) end++;
  return { digits: text.slice(from, end), end };
}
