// What the ends of pkexec mean, and that a helper which is only asked for is never started, or missed, by itself.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AdministratorsStatus } from "../../../protocol/src/bridge.js";
import { Failure } from "../failure.js";
import { Administrators } from "./administrators.js";
import { HELPER_DEFAULTS } from "./helper.js";
import { pkexecEnding } from "./pkexec.js";
import type { Ending } from "./process.js";

const SCRIPTED = join(import.meta.dirname, "testing", "scripted-helper.mjs");

const ended = (status: number | null, ...words: string[]): Ending => ({ status, signal: null, words });

describe("an end of pkexec", () => {
  test.each([
    [
      ended(126, "Error executing command as another user: Request dismissed"),
      "cancelled",
      "No administrator",
    ],
    [
      ended(127, "Error executing command as another user: No authentication agent found."),
      "permission-denied",
      "no window",
    ],
    [
      ended(
        127,
        "Error executing command as another user: Not authorized",
        "",
        "This incident has been reported.",
      ),
      "permission-denied",
      "The password was not right, or",
    ],
    [ended(127, "pkexec must be setuid root"), "permission-denied", "pkexec must be setuid root"],
  ])("is told for what it is", (ending, code, words) => {
    const failure = pkexecEnding(ending);
    expect(failure?.error.code).toBe(code);
    expect(failure?.error.message).toContain(words);
    expect(failure?.error.hint).toMatch(/\S/);
  });

  test("that is the helper's own is none", () => {
    expect(pkexecEnding(ended(3, "the first word"))).toBeNull();
    expect(pkexecEnding(ended(null))).toBeNull();
  });
});

describe("the administrator's helper", () => {
  let folder = "";
  let administrators: Administrators;
  const told: AdministratorsStatus["state"][] = [];
  let waiting: (() => void)[] = [];

  const until = async (state: AdministratorsStatus["state"]): Promise<void> => {
    while (administrators.status.state !== state) await new Promise<void>((wake) => waiting.push(wake));
  };
  /** One that is started by a script in pkexec's place. */
  const withPkexec = async (script: string): Promise<void> => {
    const file = join(folder, "pkexec");
    await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    administrators = new Administrators(
      { locate: async () => SCRIPTED, through: [file, "--disable-internal-agent"] },
      {
        status: ({ state }) => {
          told.push(state);
          for (const wake of waiting.splice(0)) wake();
        },
        sessions: () => undefined,
        feed: () => undefined,
        progress: () => undefined,
      },
    );
  };
  const why = async (): Promise<Failure["error"]> => {
    const thrown: unknown = await administrators.ask().catch((error: unknown) => error);
    if (!(thrown instanceof Failure)) throw new Error(`expected a Failure, got ${String(thrown)}`);
    return thrown.error;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "alcatraz-pkexec-"));
    told.length = 0;
    waiting = [];
  });
  afterEach(async () => {
    await administrators.helper.close();
    await rm(folder, { recursive: true });
  });

  /** Node itself, which pkexec's bare environment would not find. */
  const START = `shift; exec ${process.execPath} "$@"`;

  test("is not there before somebody asks, and one asking is enough for all who do", async () => {
    await withPkexec(START);
    expect(administrators.status).toEqual({ state: "off" });
    await Promise.all([administrators.ask(), administrators.ask()]);
    await administrators.ask();
    expect(told).toEqual(["asking", "ready"]);
    expect(await administrators.helper.request("sessions.list", {})).toEqual({ sessions: [] });
  });

  test("that nobody gives the password for is not missed, and can be asked for again", async () => {
    await withPkexec(`test -e ${folder}/yes || { echo "Request dismissed" >&2; exit 126; }; ${START}`);
    expect((await why()).code).toBe("cancelled");
    expect(told).toEqual(["asking", "off"]);
    await writeFile(join(folder, "yes"), "");
    await administrators.ask();
    expect(administrators.status.state).toBe("ready");
  });

  test("that dies is told of, stays away until somebody asks, and what it was asked for fails", async () => {
    await withPkexec(`echo $$ >${folder}/pid; ${START}`);
    await administrators.ask();
    process.kill(Number(await readFile(join(folder, "pid"), "utf8")), "SIGKILL");
    await until("gone");
    const refused: unknown = await administrators.helper
      .request("sessions.list", {})
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ error: { code: "helper-gone" } });
    await administrators.ask();
    expect(told).toEqual(["asking", "ready", "gone", "asking", "ready"]);
  });

  test("where pkexec is missing says what to install", async () => {
    await withPkexec("");
    await rm(join(folder, "pkexec"));
    expect((await why()).hint).toContain("apt-get install pkexec");
    expect(administrators.status.state).toBe("off");
  });

  test("that still asks for the password when the app ends asks no longer, and holds up nothing", async () => {
    await withPkexec(`echo $$ >${folder}/pid.new; mv ${folder}/pid.new ${folder}/pid; exec sleep 60`);
    const asking = why();
    const pid = await vi.waitFor(async () => Number(await readFile(join(folder, "pid"), "utf8")));
    const begun = Date.now();
    await administrators.helper.close();
    expect(Date.now() - begun).toBeLessThan(HELPER_DEFAULTS.grace);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await asking;
  });
});
