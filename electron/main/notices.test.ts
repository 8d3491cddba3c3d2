import { expect, test } from "vitest";
import type { Session } from "../../protocol/src/session.js";
import { noticesOf, withoutMarkup } from "./notices.js";

const BASE: Session = {
  id: "a",
  name: null,
  state: "running",
  command: ["/tmp/install\u202e.sh"],
  cwd: "/",
  mode: "user",
  created: "2026-01-01T00:00:00Z",
  policy: { reads: "off", net: "none", lan: false, redirect: [], connect: [] },
};
const session = (part: Partial<Session>): Session => ({ ...BASE, ...part });
const titles = (old: Session[] | null, now: Session[]): string[] =>
  noticesOf(old, now).map(({ title }) => title);

test("an end is told once, with a name that cannot deceive", () => {
  const ended = session({ state: "finished" });
  expect(titles([BASE], [ended])).toEqual([String.raw`install\u{202e}.sh has ended`]);
  expect(titles([ended], [ended])).toEqual([]);
});

test("what was over before the app looked is no news", () => {
  const refused = { what: "network", detail: "192.0.2.7:443" } as const;
  expect(titles([], [session({ state: "finished" })])).toEqual([]);
  expect(titles(null, [session({ alerts: { refused } })])).toEqual([]);
});

test("a session that waits for more room is told", () => {
  const frozen = { why: "quota", used: 10, limit: 10, since: "2026-01-01T00:00:00Z" } as const;
  const [notice] = noticesOf([BASE], [session({ name: "trial", frozen })]);
  expect(notice).toEqual({
    session: "a",
    title: "trial waits for you",
    body: "It has written as much as it may. Allow it more, or stop it.",
  });
  expect(titles([session({ frozen })], [session({ frozen })])).toEqual([]);
});

test("a limit that comes near is told once, and again when it comes near once more", () => {
  const near = (since: number, hits?: number): Session =>
    session({
      near: [
        {
          what: "memory",
          used: 85e6,
          limit: 100e6,
          since: `2026-01-01T00:00:0${since}Z`,
          ...(hits && { hits }),
        },
      ],
    });
  expect(noticesOf([BASE], [near(1)])).toEqual([
    {
      session: "a",
      title: String.raw`install\u{202e}.sh is nearly at a limit`,
      body: "Its programs use most of the memory that they may, 100\u00a0MB. Beyond that one of them is ended.",
      warning: true,
    },
  ]);
  expect(titles([near(1)], [near(1)])).toEqual([]);
  expect(titles([near(1)], [near(2)])).toHaveLength(1);
  // That it ran out is another thing, told once however often it does.
  const [ranOut] = noticesOf([near(1)], [near(1, 1)]);
  expect(ranOut?.body).toBe(
    "It ran out of the memory it was allowed, 100\u00a0MB, and a program of it was ended.",
  );
  expect(titles([near(1, 1)], [near(2, 7)])).toEqual([]);
});

test("the first thing that was refused is told, with words that cannot deceive", () => {
  const refused = session({
    alerts: {
      refused: { what: "hidden-place", detail: `/home/\u202e${"x".repeat(300)}`, program: "/bin/sh" },
    },
  });
  const [notice] = noticesOf([BASE], [refused]);
  expect(notice?.body).toMatch(/^It tried to open \/home\/\\u\{202e\}x+…, which is hidden from it\./);
  expect(titles([refused], [refused])).toEqual([]);
});

test("what was refused is told also when it comes at once with the session, its end or a full disk", () => {
  const alerts = { refused: { what: "mount", detail: "tmpfs" } } as const;
  const near: Session["near"] = [{ what: "quota", used: 9, limit: 10, since: "2026-01-01T00:00:00Z" }];
  const warning = String.raw`install\u{202e}.sh was refused something`;
  expect(titles([], [session({ state: "finished", alerts, near })])).toEqual([warning]);
  expect(titles([BASE], [session({ state: "finished", alerts })])).toEqual([
    String.raw`install\u{202e}.sh has ended`,
    warning,
  ]);
  const frozen = { why: "quota", used: 10, limit: 10, since: "2026-01-01T00:00:00Z" } as const;
  expect(titles([BASE], [session({ frozen, alerts, near })])).toEqual([
    String.raw`install\u{202e}.sh waits for you`,
    warning,
  ]);
});

test("a commit is told, because it can be taken back; what was thrown away is no news", () => {
  const [notice] = noticesOf(
    [session({ state: "finished" })],
    [session({ name: "trial", state: "committed" })],
  );
  expect(notice).toMatchObject({ title: "trial was committed", committed: true });
  expect(titles([session({ state: "committed" })], [session({ state: "committed" })])).toEqual([]);
  expect(titles([session({ state: "finished" })], [session({ state: "aborted" })])).toEqual([]);
});

test("nothing that a program named is markup", () => {
  expect(withoutMarkup('/home/<a href="x">&lt;b')).toBe('/home/‹a href="x"›＆lt;b');
});
