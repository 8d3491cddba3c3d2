// Which commands fit what was typed, the best first. Pure.

export interface Entry {
  /** What it does, in words; found by these. */
  label: string;
  /** A kind of thing, said beside it: a session, a screen. */
  kind: string;
  /** The keys that do the same. */
  keys?: readonly string[];
  run: () => void;
}

/** Returns the entries that hold the typed letters in their order, those with whole beginnings of words first. */
export function findEntries(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = typed.toLowerCase().replaceAll(/\s+/g, "");
  if (wanted === "") return [...entries];
  return entries
    .map((entry, place) => ({ entry, place, score: fit(entry.label.toLowerCase(), wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map(({ entry }) => entry);
}

/** Returns how well the letters fit the text; 0 when they do not. */
function fit(text: string, wanted: string): number {
  if (text.replaceAll(/\s+/g, "").startsWith(wanted)) return 1000 - text.length / 1000;
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const next = text.indexOf(letter, at + 1);
    if (next === -1) return 0;
    const begins = next === 0 || /[\s/.\-_]/.test(text.charAt(next - 1));
    score += next === at + 1 ? 4 : begins ? 3 : 1;
    at = next;
  }
  return score / wanted.length;
}
