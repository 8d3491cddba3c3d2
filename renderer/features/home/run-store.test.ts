// What is run with which choices: those of the form hold for every way to run something from Home.
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import type { RunRequest } from "../../../protocol/src/session.js";
import type { Whose } from "../../../protocol/src/stores.js";

const asked: RunRequest[] = [];
const whoses: Whose[] = [];
let refuses = false;

vi.stubGlobal("window", {
  see: {
    splitCommand: async (line: string) => ({ ok: true, value: line.split(" ") }),
    run: async (request: RunRequest, whose: Whose) => {
      asked.push(request);
      whoses.push(whose);
      if (refuses) return { ok: false, error: { code: "not-executable", message: "", hint: "" } };
      return { ok: true, value: { id: `s${asked.length}`, created: "2026-01-01T00:00:00Z" } };
    },
    saveSettings: async () => ({ ok: true, value: null }),
  },
});
afterAll(() => vi.unstubAllGlobals());

const { useRun } = await import("./run-store.js");
const run = useRun.getState;

beforeEach(() => {
  asked.length = 0;
  whoses.length = 0;
  refuses = false;
  useRun.setState(useRun.getInitialState(), true);
});

it("an application and a file get what was chosen under the options, and the next one does not", async () => {
  run().edit({ net: "web", name: "try", quota: "2 GB" });
  await run().runCommand(["firefox"], null, "nested");
  expect(asked[0]).toEqual({
    command: ["firefox"],
    name: "try",
    policy: { net: "web", quota: 2_000_000_000, display: "nested" },
  });
  run().edit({ display: "host" });
  await run().runCommand(["firefox"], null, "nested");
  expect(asked[1]?.policy).toEqual({ quota: 2_000_000_000, display: "host" });
  run().edit({ net: "full" });
  await run().runLine("./install.sh", "/home/ann");
  expect(asked[2]).toMatchObject({ command: ["./install.sh"], cwd: "/home/ann", policy: { net: "full" } });
  expect(run()).toMatchObject({ net: "none", line: "", cwd: null });
});

it("a file that was refused stays in the form, with its folder and the choices", async () => {
  refuses = true;
  run().edit({ net: "web" });
  await run().runLine("./install.sh", "/home/ann");
  expect(run()).toMatchObject({ line: "./install.sh", cwd: "/home/ann", net: "web" });
});

it("what is typed and chosen while a command is being started is the next one's", async () => {
  run().edit({ line: "./first", name: "try", net: "web", sound: true });
  const first = run().runForm();
  run().edit({ line: "./second", net: "full" });
  await first;
  expect(asked[0]).toMatchObject({ command: ["./first"], name: "try", policy: { net: "web" } });
  expect(run()).toMatchObject({ line: "./second", name: "", net: "full", sound: false });
  const other = run().runLine("./third", "/home/ann");
  run().edit({ cwd: "/srv" });
  await other;
  expect(run()).toMatchObject({ line: "", cwd: "/srv" });
});

it("what cannot be understood is named, and nothing is started in whatever way", async () => {
  run().edit({ quota: "lots", line: "true" });
  await run().runForm();
  const { error } = run();
  expect(error?.message).toContain("Disk space");
  expect(error?.message).toContain("lots");
  expect(error?.facts).toEqual({ option: "quota" });
  await run().runCommand(["firefox"], null, "nested");
  await run().runLine("./install.sh", "/home/ann");
  expect(asked).toEqual([]);
});

it("the whole machine is one run's, and where the password is not given the form is as it was", async () => {
  run().edit({ whose: "administrators", line: "./install.sh" });
  await run().runForm();
  await run().runCommand(["firefox"], null);
  expect(whoses).toEqual(["administrators", "own"]);

  refuses = true;
  run().edit({ line: "apt-get install ./tool.deb" });
  await run().installForm();
  expect([whoses.at(-1), asked.at(-1)?.as]).toEqual(["administrators", "root"]);
  expect(run()).toMatchObject({ whose: "own", asRoot: false, line: "apt-get install ./tool.deb" });
});
