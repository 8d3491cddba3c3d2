import { expect, test } from "vitest";
import { type CommitRecord, lastOf } from "../../protocol/src/commit.js";
import { fail, Failure } from "./failure.js";
import type { Helper } from "./helper/helper.js";
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
  expect(lastOf(commits, "of-1")?.id).toBe("1");
  expect(lastOf([])).toBeUndefined();
});

/** A helper that knows one commit and answers an undo like this. */
function helper(undo: () => Promise<unknown>): Pick<Helper, "request"> {
  const request = (method: string): Promise<unknown> => {
    if (method === "history.list") return Promise.resolve({ commits: [record("1")] });
    return method === "sessions.list" ? Promise.resolve({ sessions: [] }) : undo();
  };
  return { request: request as Helper["request"] };
}

async function told(undo: () => Promise<unknown>): Promise<string[]> {
  const said: string[] = [];
  await new Rollback(helper(undo), {
    told: (title) => void said.push(title),
    asked: (commit: string) => void said.push(`asked about ${commit}`),
  }).takeBack();
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
