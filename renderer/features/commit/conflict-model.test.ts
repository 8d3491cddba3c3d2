import { describe, expect, it } from "vitest";
import type { SideFacts, Versions } from "../../../protocol/src/content.js";
import { ConflictReason, type Conflict } from "../../../protocol/src/errors.js";
import {
  alike,
  choiceWords,
  comparisons,
  ending,
  sourcesOf,
  versionRows,
  type About,
} from "./conflict-model.js";
import { suggestions } from "./ignore-model.js";
import { REASON_WORDS } from "../../../texts/commit.js";
import type { Known } from "./versions-store.js";

const undo = { what: "undo", commit: "c" } as const;
const about: About = { what: "commit", session: "s" };
const log: Conflict = {
  path: "/var/log/a.log",
  reason: "write-then-changed",
  choices: ["skip", "overwrite"],
};
const facts = (size: number): SideFacts => ({
  type: "file",
  size,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: "2026-01-31T12:00:00Z",
  links: 1,
  xattrs: [],
  content: "text",
});

describe("a conflict", () => {
  it("is like another one of the same reason, choices and kind of file", () => {
    const other = { ...log, path: "/b.log" };
    const text = { ...log, path: "/c.txt" };
    const read: Conflict = { ...log, path: "/d.log", reason: "read-then-changed" };
    expect(alike([log, other, text, read], log)).toEqual([log, other]);
    expect([ending("/a.tar.gz"), ending("/x/.bashrc"), ending("/x.d/y")]).toEqual([".gz", "", ""]);
  });

  it("says what each choice does, whatever it is about", () => {
    const words = (conflict: Conflict, kind?: "deleted"): string =>
      choiceWords(about, conflict, "skip", kind).what;
    const said = [
      words(log),
      words(log, "deleted"),
      words({ ...log, reason: "name-vanished" }),
      words({ ...log, only_read: true }),
    ];
    expect(new Set(said).size).toBe(4);
    for (const reason of ConflictReason.options) expect(REASON_WORDS[reason]).not.toBe("");
    expect(choiceWords(undo, log, "skip", undefined).label).toBe("Leave as it is");
    expect(choiceWords(about, log, "overwrite", "deleted").label).toBe("Delete");
  });

  it("tells its versions, and which can be compared", () => {
    const base = { size: 5, mtime: "2026-01-31T11:00:00Z", kept: true };
    const known = (versions: Versions): Known => ({ what: "commit", versions });
    const all = known({ base, now: facts(7), session: facts(9) });
    const times = { first_seen: "2026-01-31T11:30:00Z", host_changed: "2026-01-31T11:45:00Z" };
    expect(versionRows(about, { ...log, ...times }, all).map(({ is, when }) => [is, when])).toEqual([
      ["5\u00a0B", times.first_seen],
      ["7\u00a0B", times.host_changed],
      ["9\u00a0B", "2026-01-31T12:00:00Z"],
    ]);
    expect(comparisons(all)).toEqual(["now-session", "base-now", "base-session"]);
    expect(comparisons(known({ now: facts(7) }))).toEqual(["now-session"]);
    expect(comparisons(known({ now: facts(7) }), true)).toEqual([]);
    expect(comparisons(known({ now: facts(7), session: { ...facts(2), content: "binary" } }))).toEqual([]);
    expect(versionRows(about, { ...log, only_read: true }, known({ now: facts(7) }))).toHaveLength(2);
    expect(versionRows(about, log, known({})).map(({ is }) => is)).toEqual([undefined, "nothing", "nothing"]);
    const sides = sourcesOf(about, log, known({ base, now: facts(7) }), "base-session");
    expect(sides.map((source) => source?.side)).toEqual(["base", undefined]);
  });

  it("tells those of a commit that is to be taken back", () => {
    const committed = { type: "file", size: 8, mtime: "2026-01-31T11:00:00Z" } as const;
    const all: Known = { what: "undo", versions: { before: facts(5), committed, now: facts(9) } };
    expect(versionRows(undo, log, all).map(({ is }) => is)).toEqual(["5\u00a0B", "8\u00a0B", "9\u00a0B"]);
    expect(versionRows(undo, log, null).map(({ is }) => is)).toEqual([undefined, undefined, undefined]);
    expect(comparisons(all)).toEqual(["now-before"]);
    expect(comparisons({ what: "undo", versions: { now: facts(9) } })).toEqual(["now-before"]);
    expect(comparisons({ what: "undo", versions: {} })).toEqual([]);
    expect(sourcesOf(undo, log, all, "now-before")).toEqual([
      { commit: "c", path: log, side: "now" },
      { commit: "c", path: log, side: "before" },
    ]);
  });
});

describe("patterns for a path", () => {
  it("are of its ending, its folder and itself, with what is special taken literally", () => {
    expect(suggestions({ path: "/var/log/a.log" })).toEqual(["/var/log/a.log", "*.log", "/var/log/**"]);
    expect(suggestions({ path: "/x[1]/a*" })).toEqual([String.raw`/x\[1\]/a\*`]);
    expect(suggestions({ path: "/home/ann/.bashrc" })).toEqual(["/home/ann/.bashrc"]);
    expect(suggestions({ path: "/x\ufffd", path_bytes: "L3j/" })).toEqual([]);
  });
});
