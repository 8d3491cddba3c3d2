// What the discard dialog asks the helper, and what it makes of the answers.
import { afterAll, beforeEach, expect, it, vi } from "vitest";

const outcomes: unknown[] = [];
const asked: unknown[] = [];
const discard = (request: unknown): Promise<unknown> => {
  asked.push(request);
  return Promise.resolve(outcomes.shift());
};
vi.stubGlobal("window", {
  see: new Proxy({}, { get: (_, verb) => (verb === "discard" ? discard : vi.fn()) }),
});
afterAll(() => vi.unstubAllGlobals());

const { useDiscard } = await import("./discard-store.js");

const refused = (code: string, more: object) => ({
  ok: false,
  error: { code, message: "no", hint: "", ...more },
});
const told = (discarded: number, stamp: string) => ({ ok: true, value: { session: "s", discarded, stamp } });
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const d = { path: "/d" };
const along = { path: "/along" };

async function ask(): Promise<void> {
  useDiscard.getState().ask("s", [d], 1);
  await settled();
}

beforeEach(() => {
  useDiscard.getState().close();
  outcomes.length = asked.length = 0;
});

it("shows what must go along before anything can go, and takes just what it showed", async () => {
  outcomes.push(refused("selection-needs", { needs: [{ path: d, needs: along }] }), told(3, "1"));
  useDiscard.getState().ask("s", [d], 1);
  expect(await useDiscard.getState().discard()).toBe(false);
  await settled();
  expect(useDiscard.getState()).toMatchObject({ asked: { count: 3 }, needs: [along], stamp: "1" });
  outcomes.push({ ok: true, value: { session: "s", discarded: 3 } });
  expect(await useDiscard.getState().discard()).toBe(true);
  expect(asked).toEqual([
    { session: "s", paths: [d], dry_run: true },
    { session: "s", paths: [d, along], dry_run: true },
    { session: "s", paths: [d, along], stamp: "1" },
  ]);
  expect(useDiscard.getState().asked).toBeNull();
});

it("what came since the question is shown, and asked about again", async () => {
  outcomes.push(told(1, "1"));
  await ask();
  outcomes.push(refused("wrong-state", { facts: { stamp: "2" } }), told(2, "2"));
  expect(await useDiscard.getState().discard()).toBe(false);
  await settled();
  const { asked: now, stamp, error } = useDiscard.getState();
  expect([now?.count, stamp, error?.code]).toEqual([2, "2", "wrong-state"]);
});

it("what cannot go says why, and asks no further", async () => {
  outcomes.push(refused("session-busy", {}));
  await ask();
  expect(useDiscard.getState()).toMatchObject({ stamp: null, error: { code: "session-busy" } });
  expect(await useDiscard.getState().discard()).toBe(false);
  expect(asked).toHaveLength(1);
});
