import { expect, test } from "vitest";
import type { Session } from "../../protocol/src/session.js";
import { trayModel } from "./tray-model.js";

const BASE: Session = {
  id: "a",
  name: null,
  state: "running",
  command: ["/usr/bin/bash", "/home/ann/install & run\u202e.sh"],
  cwd: "/",
  mode: "user",
  created: "2026-01-01T00:00:00Z",
  policy: { reads: "off", net: "none", lan: false, redirect: [], connect: [] },
};

test("sessions are called there as everywhere else, and what changed nothing is not named", () => {
  const waiting: Session = {
    ...BASE,
    id: "b",
    name: "trial",
    state: "finished",
    created: "2026-01-02T00:00:00Z",
  };
  const unchanged: Session = { ...BASE, id: "c", state: "finished", unchanged: true };
  expect(trayModel([BASE, waiting, unchanged])).toEqual({
    tip: "Alcatraz: 1 running, 1 to decide",
    items: [
      { label: "trial (to decide)", session: "b" },
      { label: String.raw`install && run\u{202e}.sh (running)`, session: "a" },
    ],
  });
  expect(trayModel([])).toEqual({ tip: "Alcatraz", items: [] });
});
