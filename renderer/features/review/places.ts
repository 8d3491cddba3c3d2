// Tells, part by part of a path, which of many path patterns lie here: one small step for each node of a tree,
// however many patterns there are. Knows no rules and no tree.
//
// A pattern is a path whose parts may hold * ? and {a,b}; a part ** stands for any number of parts, and as the last
// one for everything below. A state is a set of positions within patterns, and is made when it is first met.

export interface Pattern {
  path: string;
  /** Parts before those of `path`, taken as they are. */
  base?: readonly string[];
  /** The bit that stands for what the pattern belongs to. */
  mark: number;
  /** Takes the mark away where it fits. */
  except?: boolean;
  /** Holds for the machine, and ends where somebody's home begins. */
  outside?: boolean;
}

interface Compiled {
  parts: readonly Part[];
  mark: number;
  except: boolean;
  outside: boolean;
  /** Whether it is no rule's: somebody's home begins where it fits. */
  home: boolean;
  /** Whether it names one place and all below it, so that what lies above that place is known. */
  plain: boolean;
}

type Part = ReadonlySet<string> | RegExp | typeof ANY | typeof DEEP;
/** A pattern's number, and the number of the part that it waits for. */
type Position = readonly [pattern: number, at: number];

interface State {
  here: number;
  below: number;
  positions: readonly Position[];
  literals: ReadonlyMap<string, number>;
  globs: readonly RegExp[];
  /** Next states, by which globs fit and which literal it is. */
  next: Map<string, number>;
}

const ANY = Symbol("*");
const DEEP = Symbol("**");

export class Places {
  /** The state of the root. */
  readonly start: number;
  private readonly patterns: readonly Compiled[];
  private readonly states: State[] = [];
  private readonly known = new Map<string, number>();

  /** `homes` are places in which patterns of the machine do not hold, as their parts. */
  constructor(patterns: readonly Pattern[], homes: readonly (readonly string[])[] = []) {
    this.patterns = [
      ...patterns.flatMap((pattern) =>
        expand(pattern.path, (group) => group.includes("/")).map((path) => compile(pattern, path)),
      ),
      ...homes.map((base) => ({ ...compile({ base, path: "", mark: 0 }, ""), home: true })),
    ];
    this.start = this.intern(this.patterns.map((_, pattern): Position => [pattern, 0]));
  }

  /** Returns the state of a child from its parent's. */
  step(state: number, part: string): number {
    const from = this.states[state]!;
    let key = String(from.literals.get(part) ?? "");
    for (const glob of from.globs) key += glob.test(part) ? "+" : "-";
    const known = from.next.get(key);
    if (known !== undefined) return known;
    const next = this.advance(from, part);
    from.next.set(key, next);
    return next;
  }

  /** Returns the state of a whole path. */
  walk(parts: readonly string[]): number {
    return parts.reduce((state, part) => this.step(state, part), this.start);
  }

  /** Returns the marks of the patterns that this very path fits. */
  here(state: number): number {
    return this.states[state]!.here;
  }

  /** Returns the marks of the patterns for places that lie below this path. */
  below(state: number): number {
    return this.states[state]!.below;
  }

  private advance(from: State, part: string): number {
    const next: Position[] = [];
    for (const [pattern, at] of from.positions) {
      const wanted = this.patterns[pattern]!.parts[at];
      if (wanted === DEEP) next.push([pattern, at]);
      else if (wanted !== undefined && fits(wanted, part)) next.push([pattern, at + 1]);
    }
    const isHome = next.some(([pattern, at]) => {
      const { home, parts } = this.patterns[pattern]!;
      return home && at === parts.length;
    });
    return this.intern(isHome ? next.filter(([pattern]) => !this.patterns[pattern]!.outside) : next);
  }

  private intern(arrived: readonly Position[]): number {
    const positions = new Map<string, Position>();
    for (const [pattern, from] of arrived) {
      const { parts } = this.patterns[pattern]!;
      positions.set(`${pattern}.${from}`, [pattern, from]);
      // ** also stands for no part at all.
      for (let at = from; parts[at] === DEEP; at++) positions.set(`${pattern}.${at + 1}`, [pattern, at + 1]);
    }
    const key = [...positions.keys()].sort().join(" ");
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, this.states.length);
    return this.states.push(this.describe([...positions.values()])) - 1;
  }

  private describe(positions: readonly Position[]): State {
    let here = 0;
    let except = 0;
    let below = 0;
    const literals = new Map<string, number>();
    const globs: RegExp[] = [];
    for (const [pattern, at] of positions) {
      const compiled = this.patterns[pattern]!;
      const wanted = compiled.parts[at];
      if (wanted === undefined && compiled.except) except |= compiled.mark;
      else if (wanted === undefined) here |= compiled.mark;
      else if (compiled.plain && at > 0) below |= compiled.mark;
      if (wanted instanceof RegExp) globs.push(wanted);
      else if (wanted instanceof Set)
        for (const name of wanted) if (!literals.has(name)) literals.set(name, literals.size);
    }
    return { here: here & ~except, below, positions, literals, globs, next: new Map() };
  }
}

function fits(wanted: Exclude<Part, typeof DEEP>, part: string): boolean {
  if (wanted === ANY) return true;
  return wanted instanceof RegExp ? wanted.test(part) : wanted.has(part);
}

function compile({ base = [], mark, except = false, outside = false }: Pattern, path: string): Compiled {
  const below = path.split("/").filter((part) => part !== "");
  const parts: Part[] = [...base.map((part) => new Set([part])), ...below.map(compilePart)];
  const deep = parts.indexOf(DEEP);
  const plain = !except && (deep === -1 || deep === parts.length - 1) && parts[0] instanceof Set;
  // As the last part, ** means at least one: everything below a folder is not the folder.
  if (parts.at(-1) === DEEP) parts.splice(-1, 0, ANY);
  return { parts, mark, except, outside, home: false, plain };
}

function compilePart(part: string): Part {
  if (part === "**") return DEEP;
  if (part === "*") return ANY;
  if (!/[*?]/.test(part)) return new Set(expand(part, () => true));
  const source = part
    .replaceAll(/[.+^$()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]")
    .replaceAll("{", "(?:")
    .replaceAll("}", ")")
    .replaceAll(",", "|");
  return new RegExp(`^${source}$`, "u");
}

/** Writes out the {a,b} groups that are wanted. */
function expand(text: string, wanted: (group: string) => boolean): string[] {
  for (const { 0: group, index } of text.matchAll(/\{[^{}]*\}/g)) {
    if (!wanted(group)) continue;
    const [head, tail] = [text.slice(0, index), text.slice(index + group.length)];
    return group
      .slice(1, -1)
      .split(",")
      .flatMap((choice) => expand(head + choice + tail, wanted));
  }
  return [text];
}
