// A record that grows, and its programs as rows of a tree. Pure.
import type { ProgramRun, SessionLog } from "../../../protocol/src/log.js";

/** Returns what was known with what is new; the same object when nothing is. */
export function append(known: SessionLog | null, more: SessionLog): SessionLog {
  if (known === null) return more;
  if (more.next === known.next) return known;
  const ends = new Map(more.ended.map((end) => [end.id, end]));
  const told = (run: ProgramRun): ProgramRun => {
    const ended = ends.get(run.id);
    return ended === undefined ? run : { ...run, ended };
  };
  const programs = ends.size === 0 ? known.programs : known.programs.map(told);
  const dropped = (kind: keyof SessionLog["dropped"]): number =>
    Math.max(known.dropped[kind], more.dropped[kind]);
  return {
    programs: [...programs, ...more.programs],
    ended: [],
    network: [...known.network, ...more.network],
    refused: [...known.refused, ...more.refused],
    dropped: {
      programs: dropped("programs"),
      network: dropped("network"),
      refused: dropped("refused"),
      tried: dropped("tried"),
    },
    complete: known.complete && more.complete,
    next: more.next,
  };
}

/** A program and how deep it stands in the tree. */
export interface ProgramRow {
  run: ProgramRun;
  depth: number;
}

/** Returns the programs, each below the one that started it. A parent is older, or not known. */
export function programRows(programs: readonly ProgramRun[]): ProgramRow[] {
  const known = new Set(programs.map((run) => run.id));
  const below = new Map<number | undefined, ProgramRun[]>();
  for (const run of programs) {
    const parent =
      run.parent !== undefined && run.parent < run.id && known.has(run.parent) ? run.parent : undefined;
    const list = below.get(parent);
    if (list === undefined) below.set(parent, [run]);
    else list.push(run);
  }
  const rows: ProgramRow[] = [];
  const todo: ProgramRow[] = [];
  const push = (parent: number | undefined, depth: number): void => {
    for (const run of (below.get(parent) ?? []).toReversed()) todo.push({ run, depth });
  };
  push(undefined, 0);
  for (let row = todo.pop(); row !== undefined; row = todo.pop()) {
    rows.push(row);
    push(row.run.id, row.depth + 1);
  }
  return rows;
}

/** Returns where a key leads from a place in a list; undefined when it leads nowhere. -1 stands before the first. */
export function nextPlace(key: string, place: number, count: number): number | undefined {
  const to = { ArrowDown: place + 1, ArrowUp: Math.max(place, 1) - 1, Home: 0, End: count - 1 }[key];
  return to !== undefined && to < count && to !== place ? to : undefined;
}
