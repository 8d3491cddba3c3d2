import { expect, test } from "vitest";
import { LimitCause, SessionCause } from "../protocol/src/cause.js";
import { ErrorReason, type SeeError } from "../protocol/src/errors.js";
import { limitWhy, sessionWhy } from "./causes.js";
import { errorText } from "./errors.js";

const error: SeeError = { code: "disk-full", message: "ENOSPC in the overlay.", hint: "Make room." };
/** What any of them asks for. */
const facts = { error, kind: "vfat", device: "camera", commit: "c1" };
const nameOf = ({ shape }: { shape: { what: { value: string } } }): string => shape.what.value;
const JARGON = /undefined|namespace|overlay|SEE|ENOSPC/;

test.each(LimitCause.options.map(nameOf))("a limit has words of the app's own: %s", (what) => {
  const told = limitWhy({
    path: "/x",
    why: "in the helper's words",
    cause: LimitCause.parse({ what, ...facts }),
  });
  expect(told).toMatch(/^[A-Z].*\.$/);
  expect(told).not.toMatch(JARGON);
});

test.each(SessionCause.options.map(nameOf))("how a session stands has words of the app's own: %s", (what) => {
  const told = sessionWhy({ why: "in the helper's words", cause: SessionCause.parse({ what, ...facts }) });
  expect(told).toMatch(/^[A-Z].*\.$/);
  expect(told).not.toMatch(JARGON);
});

test.each(ErrorReason.options)("what failed is told whole, of what runs or ran too: %s", (reason) => {
  const failed: SeeError = { ...error, code: "cannot-isolate", reason };
  for (const what of ["failed", "not-removed", "commit-waits"]) {
    const told = sessionWhy({ cause: SessionCause.parse({ what, error: failed, commit: "c1" }) });
    expect(told).toMatch(/^[A-Z“].*\.$/);
    expect(told).not.toMatch(/Nothing was run|stands below/);
    expect(told).toContain(errorText(failed).title);
  }
});

test("a session of before is told in the words that it kept", () => {
  expect(limitWhy({ path: "/x", why: "it is the kernel's" })).toBe("it is the kernel's");
  expect([sessionWhy({ why: "its supervisor was killed" }), sessionWhy({})]).toEqual([
    "its supervisor was killed",
    "",
  ]);
});
