import { describe, expect, it } from "vitest";
import type { ProgramRun, SessionLog } from "../../../protocol/src/log.js";
import { append, nextPlace, programRows } from "./record-model.js";

const time = "2026-01-31T12:00:00Z";
const run = (id: number, parent?: number): ProgramRun => ({
  id,
  ...(parent === undefined ? {} : { parent }),
  time,
  program: `/bin/${id}`,
  args: [`${id}`],
});
const log = (programs: ProgramRun[], next: number, more: Partial<SessionLog> = {}): SessionLog => ({
  programs,
  ended: [],
  network: [],
  refused: [],
  dropped: { programs: 0, network: 0, refused: 0, tried: 0 },
  complete: true,
  next,
  ...more,
});

describe("a record", () => {
  it("grows by what is new, and learns how programs ended", () => {
    const first = log([run(0)], 10);
    expect(append(null, first)).toBe(first);
    expect(append(first, log([], 10))).toBe(first);
    const ended = { id: 0, time, end: "exited", status: 3 } as const;
    const dropped = { programs: 7, network: 0, refused: 0, tried: 0 };
    const grown = append(first, log([run(1, 0)], 20, { ended: [ended], dropped, complete: false }));
    expect(grown.programs).toEqual([{ ...run(0), ended }, run(1, 0)]);
    expect(grown).toMatchObject({ dropped, complete: false, next: 20, ended: [] });
    expect(append(grown, log([], 30)).dropped.programs).toBe(7);
  });

  it("puts each program below the one that started it", () => {
    const rows = programRows([run(0), run(1, 0), run(2, 0), run(3, 1), run(5, 4), run(6, 9)]);
    expect(rows.map((row) => [row.run.id, row.depth])).toEqual([
      [0, 0],
      [1, 1],
      [3, 2],
      [2, 1],
      [5, 0],
      [6, 0],
    ]);
  });

  it("is walked by keys", () => {
    const from = (key: string, place: number): number | undefined => nextPlace(key, place, 3);
    expect([from("ArrowDown", -1), from("ArrowDown", 1), from("ArrowDown", 2)]).toEqual([0, 2, undefined]);
    expect([from("ArrowUp", -1), from("ArrowUp", 2), from("ArrowUp", 0)]).toEqual([0, 1, undefined]);
    expect([from("Home", 2), from("End", 0), from("x", 0), nextPlace("Home", -1, 0)]).toEqual([
      0,
      2,
      undefined,
      undefined,
    ]);
  });

  it("of a deep chain needs no deep stack", () => {
    const chain = Array.from({ length: 50_000 }, (_, id) => run(id, id === 0 ? undefined : id - 1));
    expect(programRows(chain)).toHaveLength(50_000);
  });
});
