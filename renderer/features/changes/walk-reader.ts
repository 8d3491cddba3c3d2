// Reads the rows of a walk (protocol/src/change.ts) into the tree, as many at a time as one likes. Makes no object that
// outlives a row. Knows no feed.
import { ChangeKind, type FeedWalk, FileType } from "../../../protocol/src/change.js";
import { aspectBits, ASPECTS, KIND_LETTERS } from "./kinds.js";
import { makerOf, type Maker } from "./program-column.js";
import { child, putFacts } from "./tree-model.js";
import { ROOT, type Tree } from "./tree.js";

const KINDS = new Map(ChangeKind.options.map((kind) => [KIND_LETTERS[kind] as string, kind]));
const TYPES = new Map(FileType.options.map((type) => [type as string, type]));
const ASPECT_NAMES: readonly string[] = ASPECTS;

export class WalkReader {
  private readonly text: string;
  private readonly kinds: Column<ChangeKind>;
  private readonly aspects: Column<number>;
  private readonly types: Column<FileType>;
  private readonly sizes: Column<number>;
  private readonly modes: Column<number>;
  private readonly by: Column<Maker | null>;
  /** Where the next token begins, -1 at the end; the folders from the root to where the walk stands; rows that are still to come. */
  private at = 0;
  private readonly folders: number[] = [ROOT];
  private left: number;

  constructor(event: FeedWalk) {
    const makers = event.programs.map(makerOf);
    this.text = event.walk;
    this.left = event.count;
    this.kinds = new Column(event.kinds, (word) => KINDS.get(word));
    this.aspects = new Column(event.aspects, aspectsOf);
    this.types = new Column(event.types, (word) => TYPES.get(word));
    this.sizes = new Column(event.sizes, (word) => numberOf(word, Number.MAX_SAFE_INTEGER));
    this.modes = new Column(event.modes, (word) => numberOf(word, 0o7777));
    this.by = new Column(event.by, (word) => (word === "-" ? null : makers[numberOf(word, 1e9) ?? -1]));
  }

  /**
   * Puts up to `limit` rows into the tree, and returns whether the walk is over. Throws when it is not what the contract
   * says. A walk is read into one tree.
   */
  read(tree: Tree, now: number, limit: number, mayOpen: () => boolean): boolean {
    for (let rows = 0; rows < limit && this.at !== -1;) {
      const name = this.next();
      const folder = this.folders.at(-1);
      if (folder === undefined || name === "") throw new Error("a walk left the tree");
      if (name === "..") {
        this.folders.pop();
        continue;
      }
      const id = child(tree, folder, name, now, mayOpen());
      if (this.text[this.at] === "/" || this.at === this.text.length) {
        this.next();
        this.folders.push(id);
        continue;
      }
      putFacts(tree, id, {
        kind: this.kinds.next(),
        aspects: this.aspects.next(),
        type: this.types.next(),
        size: this.sizes.next(),
        mode: this.modes.next(),
        from: undefined,
        maker: this.by.next() ?? undefined,
      });
      rows += 1;
      this.left -= 1;
    }
    const over = this.at === -1;
    if (over && this.left !== 0) throw new Error("a walk has another number of rows than it says");
    return over;
  }

  /** Returns the token that begins here, and goes on to the one behind it. */
  private next(): string {
    const slash = this.text.indexOf("/", this.at);
    const token = this.text.slice(this.at, slash === -1 ? undefined : slash);
    this.at = slash === -1 ? -1 : slash + 1;
    return token;
  }
}

/** A column of words with repetitions. `parse` returns undefined for a word that does not belong there. */
class Column<T> {
  private at = 0;
  private times = 0;
  private value: T | undefined;

  constructor(
    private readonly text: string,
    private readonly parse: (word: string) => T | undefined,
  ) {}

  next(): T {
    if (this.times === 0) this.advance();
    this.times -= 1;
    // Set by advance(), which throws where there is nothing.
    return this.value as T;
  }

  private advance(): void {
    if (this.at >= this.text.length) throw new Error("a column of a walk is too short");
    const space = this.text.indexOf(" ", this.at);
    const end = space === -1 ? this.text.length : space;
    const word = this.text.slice(this.at, end);
    this.at = end + 1;
    const star = word.indexOf("*");
    const value = this.parse(star === -1 ? word : word.slice(0, star));
    const times = star === -1 ? 1 : numberOf(word.slice(star + 1), 1e9);
    if (value === undefined || times === undefined || times === 0)
      throw new Error("a walk holds an unknown word");
    this.value = value;
    this.times = times;
  }
}

function numberOf(word: string, most: number): number | undefined {
  const value = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  return value <= most ? value : undefined;
}

function aspectsOf(word: string): number | undefined {
  if (word === "-") return 0;
  const wanted = word.split("+");
  const aspects = ASPECTS.filter((aspect) => wanted.includes(aspect));
  return wanted.every((name) => ASPECT_NAMES.includes(name)) ? aspectBits(aspects) : undefined;
}
