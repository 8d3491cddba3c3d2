import { describe, expect, it } from "vitest";
import { ErrorCode, ErrorReason, type SeeError } from "../protocol/src/errors.js";
import { errorSentence, errorText } from "./errors.js";
import { parseSize } from "./format.js";

const from = (part: Partial<SeeError>): SeeError => ({
  code: "bad-request",
  message: "No such session: --help.",
  hint: "Run `alcatraz doctor`, or choose --net none.",
  ...part,
});
/** All facts that the helper's errors carry. */
const FACTS = {
  key: "k3v7",
  name: "album",
  state: "committed",
  pid: 4711,
  command: "/home/ann/x",
  user: "eve",
  store: "/var/lib/alcatraz",
  found: 9,
  supported: 8,
  ours: 1,
  theirs: 2,
  cause: "read-only-target",
  errno: 24,
  most: 100,
  pattern: "[a",
  place: "x",
  host: "db.example",
  used: 1_500_000,
  package: "passt",
  device: "camera",
  promise: "memory",
  port: 3080,
  address: "203.0.113.9",
  free: 1_500_000,
  least: 16 << 20,
};
const all = [
  ...ErrorCode.options.map((code) => from({ code })),
  ...ErrorCode.options.map((code) => from({ code, facts: FACTS })),
  ...ErrorReason.options.map((reason) => from({ reason, facts: FACTS })),
];

describe("the words for an error of the helper's", () => {
  it.each(all)("are the app's: $code $reason", (error) => {
    const { title, what, next, said } = errorText(error);
    expect(title).toMatch(/^[A-Z][^.]+$/);
    expect(what).toMatch(/^$|^[A-Z“/].*\.$/);
    expect(next).toMatch(/^[A-Z].*\.$/);
    expect(`${title} ${what} ${next}`).not.toMatch(/--|`|\balcatraz [a-z]|\bSEE\b|undefined|NaN/);
    expect(said).toBe("No such session: --help. Run `alcatraz doctor`, or choose --net none.");
  });

  it("say of too little memory how much can be typed that is enough", () => {
    const { what } = errorText(from({ reason: "little-memory", facts: FACTS }));
    const [, typed = ""] = /needs (.*)\.$/.exec(what) ?? [];
    expect(parseSize(typed)).toBeGreaterThanOrEqual(FACTS.least);
  });

  it("show what the helper says where the why is in that alone", () => {
    const told = all.filter((error) => errorText(error).isTold).map(({ code, reason }) => reason ?? code);
    expect([...new Set(told)]).toEqual(["scanner-failed", "no-display"]);
  });

  it("say that nothing was run only where something was to be", () => {
    for (const error of all) {
      const { what, next } = errorText(error);
      expect(`${what} ${next} ${errorSentence(error)}`).not.toContain("othing was run");
    }
    expect(all.some((error) => errorText(error).isRefusal)).toBe(true);
  });

  it("say what was asked for, and how a commit failed", () => {
    expect(errorText(from({ code: "command-not-found", facts: FACTS })).what).toContain("/home/ann/x");
    expect(errorText(from({ code: "io", facts: FACTS })).what).toBe("Too many files are open.");
    expect(errorText(from({ code: "rolled-back", facts: FACTS })).what).toBe(
      "A place cannot be written. It lies on a disk that is read-only. Everything was put back.",
    );
    expect(errorText(from({ code: "rolled-back", facts: { cause: "toString" } })).what).toBe(
      "Everything was put back.",
    );
  });
});

it("the app's own errors say what they say", () => {
  const own = from({ own: true, message: "Type a command first.", hint: "" });
  expect(errorText(own)).toEqual({
    title: "Type a command first.",
    what: "",
    next: "Look at what you typed and chose, and try again.",
    said: undefined,
    isTold: false,
    isRefusal: false,
  });
});
