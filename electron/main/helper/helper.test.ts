// The helper client against real processes: a scripted one that fails in every way, and one that is missing.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HelperStatus } from "../../../protocol/src/bridge.js";
import type { FeedEvent } from "../../../protocol/src/change.js";
import type { Progress } from "../../../protocol/src/rpc.js";
import { Failure } from "../failure.js";
import { Helper, HELPER_DEFAULTS, type HelperOptions } from "./helper.js";
import { locateHelper } from "./locate.js";

const SCRIPTED = join(import.meta.dirname, "testing", "scripted-helper.mjs");

/** A helper with everything that it said, and a way to wait for what it says next. */
class Stage {
  readonly statuses: HelperStatus[] = [];
  readonly feeds: FeedEvent[] = [];
  readonly progress: Progress[] = [];
  readonly helper: Helper;
  #waiting: (() => void)[] = [];

  constructor(script: string, options: Partial<HelperOptions> = {}) {
    const heard = (): void => this.#waiting.splice(0).forEach((wake) => wake());
    this.helper = new Helper(
      {
        ...HELPER_DEFAULTS,
        pauses: [],
        grace: 500,
        locate: async () => SCRIPTED,
        environment: { PATH: process.env["PATH"] ?? "", SCRIPT: script },
        ...options,
      },
      {
        status: (status) => {
          this.statuses.push(status);
          heard();
        },
        sessions: heard,
        feed: (event) => {
          this.feeds.push(event);
          heard();
        },
        progress: (value) => {
          this.progress.push(value);
          heard();
        },
      },
    );
    this.helper.start();
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async untilState(state: HelperStatus["state"]): Promise<HelperStatus> {
    await this.until(() => this.helper.status.state === state);
    return this.helper.status;
  }
}

let stage: Stage | null = null;
function play(script: string, options?: Partial<HelperOptions>): Stage {
  stage = new Stage(script, options);
  return stage;
}
afterEach(async () => {
  await stage?.helper.close();
  stage = null;
});

async function failureOf(work: Promise<unknown>): Promise<Failure["error"]> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Failure)) throw new Error(`expected a Failure, got ${String(thrown)}`);
  return thrown.error;
}

describe("a helper that works", () => {
  test("is ready after hello, and answers", async () => {
    const { helper } = play("");
    expect(await helper.request("sessions.list", {})).toEqual({ sessions: [] });
    expect(helper.status).toEqual({ state: "ready", version: "0.0.0-test", mode: "user", store: "/nowhere" });
  });

  test("passes notifications on; rows of a feed are not read here", async () => {
    const { until, feeds } = bound(play("notifies"));
    await until(() => feeds.length > 0);
    expect(feeds).toEqual([{ event: "rows", watch: 7, rows: [{ anything: "unread" }] }]);
  });

  test("tells progress by ticket, and gives a request up by ticket", async () => {
    const { helper, progress, until } = bound(play(""));
    const commit = helper.request("commit", { session: "s" }, 99);
    await until(() => progress.length > 0);
    expect(progress).toEqual([{ request: 99, phase: "stage", done: 1, total: 2 }]);
    expect(await failureOf(helper.request("commit", { session: "s" }, 99))).toMatchObject({
      code: "bad-request",
    });
    helper.cancel(99);
    expect((await failureOf(commit)).code).toBe("cancelled");
    helper.cancel(99);
  });

  test("never sends what was given up while it waited for the helper, or for what to ask", async () => {
    const { helper, progress } = bound(play(""));
    const early = failureOf(helper.request("commit", { session: "s" }, 1));
    helper.cancel(1);
    expect((await early).code).toBe("cancelled");
    let know = (): void => undefined;
    const unknown = new Promise<{ session: string }>((resolve) => (know = () => resolve({ session: "s" })));
    const late = failureOf(helper.request("commit", unknown, 2));
    await helper.request("sessions.list", {});
    helper.cancel(2);
    know();
    expect((await late).code).toBe("cancelled");
    await helper.request("sessions.list", {});
    expect(progress).toEqual([]);
  });

  test("takes a ticket of a page that is gone from the next page, for another request", async () => {
    const { helper, progress, until } = bound(play("second-ends-the-first"));
    const first = failureOf(helper.request("commit", { session: "s" }, 1));
    await until(() => progress.length === 1);
    helper.forgetTickets();
    const second = failureOf(helper.request("commit", { session: "s" }, 1));
    await until(() => progress.length === 2);
    // The first one's end must not take the ticket from the second.
    expect((await first).code).toBe("cancelled");
    helper.cancel(1);
    expect((await second).code).toBe("cancelled");
  });

  test("is started anew on request, and what waited is told", async () => {
    const { helper } = play("");
    const commit = helper.request("commit", { session: "s" }, 1);
    await helper.request("sessions.list", {});
    await Promise.all([helper.restart(), expect(commit).rejects.toBeInstanceOf(Failure)]);
    expect(helper.status.state).toBe("ready");
    expect(await helper.request("sessions.list", {})).toEqual({ sessions: [] });
  });
});

/** Returns the stage with its methods bound, for taking apart. */
function bound(value: Stage): Pick<Stage, "helper" | "feeds" | "progress"> & { until: Stage["until"] } {
  return {
    helper: value.helper,
    feeds: value.feeds,
    progress: value.progress,
    until: (holds) => value.until(holds),
  };
}

describe("what waits fails with a code when the helper", () => {
  test.each([
    ["dies-in-request", "helper-gone"],
    ["garbage", "internal"],
    ["endless-line", "internal"],
    ["wrong-id", "internal"],
  ])("%s", async (script, code) => {
    const { helper } = play(script);
    expect((await failureOf(helper.request("sessions.list", {}))).code).toBe(code);
    const gone = await stage?.untilState("gone");
    expect(gone).toMatchObject({ error: { code } });
    expect((await failureOf(helper.request("doctor", {}))).code).toBe(code);
  });

  test("answers in a shape that is not the contract's; the helper itself stays", async () => {
    const { helper } = play("wrong-shape");
    expect(await failureOf(helper.request("sessions.list", {}))).toMatchObject({ code: "internal" });
    expect(helper.status.state).toBe("ready");
  });
});

describe("a helper is gone, with the reason, when it", () => {
  test("dies at once: its last words are told, harmless", async () => {
    const gone = await play("dies-at-start").untilState("gone");
    expect(gone).toMatchObject({
      error: {
        code: "helper-gone",
        message: "The helper ended with status 3.",
        facts: { stderr: "the first word\n\\u{1b}[31mred words\\u{1b}[0m" },
      },
    });
  });

  test("does not answer hello in time", async () => {
    const gone = await play("silent", { helloDeadline: 300 }).untilState("gone");
    expect(gone).toMatchObject({ error: { code: "helper-gone", message: "The helper did not answer." } });
  });

  test.each([
    ["other-protocol", "protocol-mismatch"],
    ["refuses", "store-too-new"],
    ["unknown-notification", "internal"],
    ["bad-feed", "internal"],
  ])("%s", async (script, code) => {
    expect(await play(script).untilState("gone")).toMatchObject({ error: { code } });
  });

  test("is missing", async () => {
    const places = { packaged: false, resources: "/nowhere", source: "/nowhere", override: undefined };
    const gone = await play("", { locate: () => locateHelper(places) }).untilState("gone");
    expect(gone).toMatchObject({
      error: { code: "helper-gone", facts: { path: "/nowhere/native-helper/target/release/alcatraz" } },
    });
  });

  test("is no program", async () => {
    const gone = await play("", { locate: async () => "/etc/passwd" }).untilState("gone");
    expect(gone).toMatchObject({ error: { code: "helper-gone" } });
  });
});

describe("a helper that died", () => {
  test("is started again with pauses, then left to the person", async () => {
    const staged = play("dies-at-start", { pauses: [1, 1] });
    const gone = (): HelperStatus[] => staged.statuses.filter(({ state }) => state === "gone");
    await staged.until(() => gone().length === 3);
    const hints = gone().map((status) => (status.state === "gone" ? status.error.hint : ""));
    expect(hints.map((hint) => hint.startsWith("It is being started again."))).toEqual([true, true, false]);
  });

  test("after a healthy life begins the row of pauses anew", async () => {
    const staged = play("dies-in-request", { pauses: [1], healthy: 0 });
    for (let life = 0; life < 3; life += 1) {
      await staged.untilState("ready");
      await failureOf(staged.helper.request("sessions.list", {}));
      await staged.untilState("gone");
    }
    await staged.untilState("ready");
  });

  test("is not started again when it said no", async () => {
    const staged = play("refuses", { pauses: [1, 1] });
    await staged.untilState("gone");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(staged.statuses.map(({ state }) => state)).toEqual(["starting", "gone"]);
  });
});

describe("the end of a helper", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "alcatraz-diary-"));
  });
  afterEach(async () => {
    await stage?.helper.close();
    await rm(folder, { recursive: true });
  });

  const playWithDiary = (script: string, grace: number, pauses: number[] = []): Stage =>
    play(script, {
      grace,
      pauses,
      environment: {
        PATH: process.env["PATH"] ?? "",
        SCRIPT: script,
        DIARY: join(folder, "diary"),
      },
    });
  /** Returns the process ids of all helpers that were born, or that finished by themselves. */
  const diary = async (event: "born" | "finished"): Promise<number[]> =>
    (await readFile(join(folder, "diary"), "utf8"))
      .split("\n")
      .filter((line) => line.startsWith(`${event} `))
      .map((line) => Number(line.slice(event.length + 1)));

  /** Lets slow helpers finish what they are at. */
  const letFinish = (): Promise<void> => writeFile(join(folder, "diary.finish"), "");

  test("does not come from the app's: what it is at, it finishes alone", async () => {
    const { helper } = playWithDiary("slow", 50);
    await helper.request("sessions.list", {});
    await helper.close();
    expect((await failureOf(helper.request("sessions.list", {}))).code).toBe("helper-gone");
    expect(await diary("finished")).toEqual([]);
    await letFinish();
    await expect.poll(() => diary("finished"), { timeout: 30_000 }).toEqual(await diary("born"));
  });

  test("does not come from a line that is too long: what it is at, it finishes alone, and another one follows", async () => {
    const staged = playWithDiary("slow-endless-line", 50, [1]);
    const commit = failureOf(staged.helper.request("commit", { session: "s" }, 1));
    const list = failureOf(staged.helper.request("sessions.list", {}));
    expect([(await commit).code, (await list).code]).toEqual(["internal", "internal"]);
    await staged.until(() => staged.statuses.filter(({ state }) => state === "ready").length === 2);
    await staged.helper.close();
    await letFinish();
    await expect.poll(() => diary("finished"), { timeout: 30_000 }).toHaveLength(2);
    expect(new Set(await diary("finished"))).toEqual(new Set(await diary("born")));
  });

  test("is forced by a restart when it does not finish in time", async () => {
    const { helper } = playWithDiary("slow", 50);
    await helper.request("sessions.list", {});
    await helper.restart();
    const [first, second] = await diary("born");
    expect(isAlive(first)).toBe(false);
    await helper.close();
    await letFinish();
    await expect.poll(() => diary("finished"), { timeout: 30_000 }).toEqual([second]);
  });

  test("comes once when restarts overlap: one helper follows", async () => {
    const { helper } = playWithDiary("", 5_000);
    await helper.request("sessions.list", {});
    await Promise.all([helper.restart(), helper.restart()]);
    const born = await diary("born");
    expect(born.map(isAlive)).toEqual([false, true]);
    await helper.restart();
    expect((await diary("born")).map(isAlive)).toEqual([false, false, true]);
  });
});

test("no helper is started once the app closes", async () => {
  let located = (): void => undefined;
  const place = new Promise<string>((resolve) => (located = () => resolve("/nowhere/started")));
  const { helper, statuses } = play("", { locate: () => place });
  await helper.close();
  located();
  expect((await failureOf(helper.request("sessions.list", {}))).message).toBe("The helper is not running.");
  expect(statuses).toEqual([{ state: "starting" }]);
});

/** Returns whether a process lives; one that has ended has been waited for by its parent, this one. */
function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) throw new Error("no such helper was born");
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("the helper's place", () => {
  const places = { packaged: false, resources: "/res", source: "/src", override: "/bin/true" };

  test("is the override in a source tree", async () => {
    expect(await locateHelper(places)).toBe("/bin/true");
  });

  test("is never the override in a package", async () => {
    const error = await failureOf(locateHelper({ ...places, packaged: true }));
    expect(error.facts?.["path"]).toBe("/res/bin/alcatraz");
  });
});
