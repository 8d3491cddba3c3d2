import { expect, it } from "vitest";
import type { CommitRecord } from "../../../protocol/src/commit.js";
import { administratorsKey } from "../../../protocol/src/stores.js";
import { backupBytes, standing, undoState, wouldDrop } from "./history-model.js";

const record = (day: number, backup?: number): CommitRecord => ({
  id: `c${day}`,
  session: "s",
  time: `2026-01-0${day}T00:00:00Z`,
  command: ["x"],
  applied: 1,
  undoable: backup !== undefined,
  ...(backup === undefined ? {} : { backup }),
});
const history = [record(4, 50), record(3, 0), record(2), record(1, 100)];
const ids = (limit: number | null): string[] => wouldDrop(history, limit).map(({ id }) => id);

it("tells what a limit would cost: the oldest go first, the newest stays whatever it takes up", () => {
  expect(backupBytes(history)).toBe(150);
  expect(ids(null)).toEqual([]);
  expect(ids(150)).toEqual([]);
  expect(ids(149)).toEqual(["c1"]);
  expect(ids(10)).toEqual(["c1", "c3"]);
});

it("leaves the administrator's backups out: their limit is another one", () => {
  const theirs = { ...record(5, 1000), id: administratorsKey("c5") };
  expect(backupBytes([theirs, ...history])).toBe(150);
  expect(wouldDrop([theirs, ...history], 149).map(({ id }) => id)).toEqual(["c1"]);
});

it("tells whether a commit can be undone, and why not", () => {
  expect(undoState(record(1, 5))).toBe("possible");
  expect(undoState(record(1))).toBe("dropped");
  expect(undoState({ ...record(1), undone_by: "u" })).toBe("undone");
  expect(undoState({ ...record(1, 5), waits: "The commit u was cut off and still waits." })).toBe("waits");
});

it("knows what of a session is on the machine still, also when an undo was undone", () => {
  const first = { ...record(1), undone_by: "c3" };
  const second = record(2);
  const undo = { ...record(3), undid: "c1" };
  expect(standing([undo, second, first], "s").map(({ id }) => id)).toEqual(["c2"]);
  const redo = { ...record(4), undid: "c3" };
  const all = [redo, { ...undo, undone_by: "c4" }, second, first];
  expect(standing(all, "s").map(({ id }) => id)).toEqual(["c4", "c2"]);
  expect(standing(all, "other")).toEqual([]);
});
