import { expect, test } from "vitest";
import type { Session } from "../../protocol/src/session.js";
import type { Shown } from "./bus/notifications.js";
import { Notifier } from "./notifier.js";

const BASE: Session = {
  id: "s",
  name: "trial",
  state: "finished",
  command: ["make"],
  cwd: "/",
  mode: "user",
  created: "2026-01-01T00:00:00Z",
  policy: { reads: "off", net: "none", lan: false, redirect: [], connect: [] },
};

/** A notifier, what it showed, and what was asked for by a press. */
function notifier(offer: () => Promise<string | null>) {
  const shown: Shown[] = [];
  const asked: string[] = [];
  const made = new Notifier({
    desktop: { show: (one) => Promise.resolve(void shown.push(one)) },
    wanted: () => Promise.resolve(true),
    chosen: (session) => void asked.push(`chosen ${session ?? "none"}`),
    offer,
    takeBack: (commit) => void asked.push(`take back ${commit}`),
  });
  return { made, shown, asked };
}

test("the button of a commit takes back the one that was the newest when it was shown", async () => {
  let newest: string | null = "2";
  const { made, shown, asked } = notifier(() => Promise.resolve(newest));
  await made.take([BASE]);
  await made.take([{ ...BASE, state: "committed" }]);
  newest = "1";
  expect(shown.map(({ buttons }) => buttons)).toEqual([{ "take-back": "Take it back" }]);
  shown[0]?.pressed("take-back");
  shown[0]?.pressed("default");
  expect(asked).toEqual(["take back 2", "chosen s"]);
});

test.each([
  ["cannot be taken back", () => Promise.resolve(null)],
  ["is not known", () => Promise.reject(new Error("The helper has ended."))],
])("a commit that %s is told without a button", async (_what, offer) => {
  const { made, shown } = notifier(offer);
  await made.take([BASE]);
  await made.take([{ ...BASE, state: "committed" }]);
  expect(shown.map(({ title, buttons }) => [title, buttons])).toEqual([["trial was committed", {}]]);
});

test("a click on an outcome, which belongs to no session, is heard too", () => {
  const { made, shown, asked } = notifier(() => Promise.resolve(null));
  made.tell("What trial changed was taken back", "");
  shown[0]?.pressed("default");
  expect(asked).toEqual(["chosen none"]);
});
