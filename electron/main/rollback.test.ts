import { expect, test, vi } from "vitest";
import { type CommitRecord, lastOf } from "../../protocol/src/commit.js";
import { administratorsKey } from "../../protocol/src/stores.js";
import { fail, Failure } from "./failure.js";
import type { Stores } from "./helper/stores.js";
import { Rollback } from "./rollback.js";

const record = (id: string, part: Partial<CommitRecord> = {}): CommitRecord => ({
  id,
  session: `of-${id}`,
  time: `2026-01-01T00:00:0${id}Z`,
  command: ["/tmp/set\u202eup.sh"],
  applied: 3,
  undoable: true,
  ...part,
});

test("the newest that can be taken back, and no undo itself", () => {
  const commits = [record("1"), record("3", { undoable: false }), record("2"), record("4", { undid: "3" })];
  expect(lastOf(commits)?.id).toBe("2");
  expect(lastOf([])).toBeUndefined();
});

/** A helper that knows these commits and answers an undo like this. */
function helper(
  undo: () => Promise<unknown>,
  commits = [record("1")],
  mayLack = false,
): Pick<Stores, "request" | "mayLackCommits"> {
  const request = (method: string): Promise<unknown> => {
    if (method === "history.list") return Promise.resolve({ commits });
    return method === "sessions.list" ? Promise.resolve({ sessions: [] }) : undo();
  };
  return { request: request as Stores["request"], mayLackCommits: async () => mayLack };
}

async function told(
  undo: () => Promise<unknown>,
  commits?: CommitRecord[],
  id?: string,
  mayLack?: boolean,
): Promise<string[]> {
  const said: string[] = [];
  await new Rollback(helper(undo, commits, mayLack), {
    told: (title) => void said.push(title),
    asked: (commit: string) => void said.push(`asked about ${commit}`),
  }).takeBack(id);
  return said;
}

test("says what was taken back, with a name that cannot deceive", async () => {
  expect(await told(() => Promise.resolve({ commit: "2", undid: "1", applied: 3 }))).toEqual([
    String.raw`What set\u{202e}up.sh changed was taken back`,
  ]);
});

test("asks in the window where the machine has changed, and says every other failure", async () => {
  const conflict = { path: "/a", reason: "write-then-changed", choices: ["skip"] } as const;
  const refused = new Failure({
    code: "conflicts",
    message: "",
    hint: "",
    conflicts: [{ ...conflict, choices: ["skip"] }],
  });
  expect(await told(() => Promise.reject(refused))).toEqual(["asked about 1"]);
  expect(
    await told(() => Promise.reject(fail("disk-full", { message: "Full.", hint: "Make room." }))),
  ).toEqual(["The commit was not taken back"]);
});

test("one click takes back nothing that may not be meant: the window asks", async () => {
  const undo = vi.fn(() => Promise.resolve({ commit: "4", undid: "1", applied: 3 }));
  const [own, theirs] = [record("1"), record("2", { id: administratorsKey("2") })];
  expect(await told(undo, [own, theirs])).toEqual([`asked about ${theirs.id}`]);
  expect(await told(undo, [own], undefined, true)).toEqual(["asked about 1"]);
  expect(undo).not.toHaveBeenCalled();
  expect(await told(undo, [], undefined, true)).toEqual(["Nothing to take back"]);
  expect(await told(undo, [own, theirs], theirs.id, true)).toHaveLength(1);
  expect(undo).toHaveBeenCalledOnce();
});

test("takes back the commit that was named and no other; what is taken back already is said", async () => {
  const parts = [
    record("1", { session: "s" }),
    record("2", { session: "s", undoable: false, undone_by: "3" }),
  ];
  const undo = vi.fn(() => Promise.resolve({ commit: "4", undid: "1", applied: 3 }));
  expect(await told(undo, parts, "2")).toEqual(["Nothing to take back"]);
  expect(undo).not.toHaveBeenCalled();
  expect(await told(undo, parts, "1")).toHaveLength(1);
  expect(undo).toHaveBeenCalledOnce();
});

test("what is asked for while another one is at work comes after it, once", async () => {
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const request = (method: string, params: { commit?: string }): Promise<unknown> => {
    if (method === "history.list")
      return Promise.resolve({ commits: [record("1"), record("2"), record("3")] });
    if (method === "sessions.list") return Promise.resolve({ sessions: [] });
    began.push(params.commit ?? "");
    return new Promise((resolve) => ends.push(() => resolve({ applied: 3 })));
  };
  const told = vi.fn();
  const events = { told, asked: () => undefined };
  const rollback = new Rollback(
    { request: request as Stores["request"], mayLackCommits: async () => false },
    events,
  );
  const all = [rollback.takeBack("1"), rollback.takeBack("2"), rollback.takeBack("1"), rollback.takeBack()];
  for (const count of [1, 2]) {
    await vi.waitFor(() => expect(ends).toHaveLength(count));
    ends[count - 1]?.();
  }
  await Promise.all(all);
  expect(began).toEqual(["1", "2"]);
  expect(told).toHaveBeenCalledTimes(2);
});

test("offers the newest commit of a session, and no earlier part when that one is undone", async () => {
  const offer = (...commits: CommitRecord[]): Promise<string | null> =>
    new Rollback(
      helper(() => Promise.reject(new Error("No undo.")), commits),
      {
        told: () => undefined,
        asked: () => undefined,
      },
    ).offer("s");
  const [a, b] = [record("1", { session: "s" }), record("2", { session: "s" })];
  expect(await offer(a, b, record("3"))).toBe("2");
  expect(await offer(a, { ...b, undoable: false, undone_by: "3" })).toBeNull();
  expect(await offer()).toBeNull();
});

test("is not begun when nobody can say of what it is: nothing that fails afterwards hides an undo", async () => {
  const asked: string[] = [];
  const request = (method: string): Promise<unknown> => {
    asked.push(method);
    if (method === "history.list") return Promise.resolve({ commits: [record("1")] });
    return Promise.reject(fail("disk-full", { message: "Full.", hint: "Make room." }));
  };
  const said: string[] = [];
  await new Rollback(
    { request: request as Stores["request"], mayLackCommits: async () => false },
    {
      told: (title) => void said.push(title),
      asked: () => undefined,
    },
  ).takeBack();
  expect([asked, said]).toEqual([["history.list", "sessions.list"], ["The commit was not taken back"]]);
});

test("one that could not be told of does not keep the next from being taken back", async () => {
  const undo = vi.fn(() => Promise.resolve({ commit: "4", undid: "1", applied: 3 }));
  const told = vi.fn(() => {
    throw new Error("no notifier");
  });
  const rollback = new Rollback(helper(undo), { told, asked: () => undefined });
  await expect(rollback.takeBack("1")).rejects.toThrow("no notifier");
  await expect(rollback.takeBack("1")).rejects.toThrow("no notifier");
  expect(undo).toHaveBeenCalledTimes(2);
});
