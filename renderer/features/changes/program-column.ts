// Which program made a change, by node: a number for each into a list of makers. Most changes have one of few.

export interface Maker {
  /** Its file, as it is told: to be escaped. */
  program: string;
  /** Its number in the session's record, where its start was recorded. */
  run: number | undefined;
}

export class ProgramColumn {
  private numbers = new Uint32Array(0);
  private readonly makers: Maker[] = [];
  private readonly known = new Map<string, number>();
  private last: { maker: Maker | undefined; number: number } = { maker: undefined, number: 0 };

  /** Returns who made a node's change; undefined when nobody knows. */
  get(id: number): Maker | undefined {
    const number = this.numbers[id] ?? 0;
    return number === 0 ? undefined : this.makers[number - 1];
  }

  set(id: number, maker: Maker | undefined): void {
    if (maker === undefined) {
      if (id < this.numbers.length) this.numbers[id] = 0;
      return;
    }
    // Rows come in long rows of one maker.
    if (maker !== this.last.maker) this.last = { maker, number: this.numberOf(maker) };
    if (id >= this.numbers.length) {
      const larger = new Uint32Array(Math.max(1024, id * 2));
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[id] = this.last.number;
  }

  private numberOf(maker: Maker): number {
    const key = `${maker.run ?? ""} ${maker.program}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const number = this.makers.push(maker);
    this.known.set(key, number);
    return number;
  }
}

/** Returns a maker as the helper tells it. */
export function makerOf(told: {
  program?: string | undefined;
  program_id?: number | undefined;
}): Maker | undefined {
  return told.program === undefined ? undefined : { program: told.program, run: told.program_id };
}
