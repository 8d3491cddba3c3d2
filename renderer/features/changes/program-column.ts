// Which program made a change, by node: a number for each into a list of names. Most changes have one of few makers.

export class ProgramColumn {
  private numbers = new Uint32Array(0);
  private readonly names: string[] = [];
  private readonly known = new Map<string, number>();

  /** Returns the file of the program that made a node's change; undefined when nobody knows. */
  get(id: number): string | undefined {
    const number = this.numbers[id] ?? 0;
    return number === 0 ? undefined : this.names[number - 1];
  }

  set(id: number, program: string | undefined): void {
    if (program === undefined) {
      if (id < this.numbers.length) this.numbers[id] = 0;
      return;
    }
    let number = this.known.get(program);
    if (number === undefined) {
      number = this.names.push(program);
      this.known.set(program, number);
    }
    if (id >= this.numbers.length) {
      const larger = new Uint32Array(Math.max(1024, id * 2));
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[id] = number;
  }
}
