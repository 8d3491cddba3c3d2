// Terminals on real ptys with real programs.
import { afterEach, describe, expect, test } from "vitest";
import { Failure } from "./failure.js";
import { ptyLine } from "./helper/terminal-line.js";
import { Terminals } from "./terminals.js";

/** Terminals that run `sh -c script`, with all that they said and a way to wait for more. */
class Desk {
  text = "";
  bytes = 0;
  readonly exits: number[] = [];
  readonly terminals: Terminals;
  /** Whether the receiver says that it has seen what it got. */
  attentive = true;
  #waiting: (() => void)[] = [];

  constructor(script: string) {
    const heard = (): void => this.#waiting.splice(0).forEach((wake) => wake());
    const environment = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", GREETING: "hello" };
    const command = { file: "/bin/sh", args: ["-c", script], environment };
    this.terminals = new Terminals(
      (_session, _what, { rows, cols }, events) => ptyLine(command, rows, cols, events),
      {
        data: (terminal, data) => {
          this.bytes += data.length;
          if (this.bytes < 100_000) this.text += Buffer.from(data).toString("utf8");
          if (this.attentive) this.terminals.seen(terminal, data.length);
          heard();
        },
        exit: (_terminal, status) => {
          this.exits.push(status);
          heard();
        },
      },
    );
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

let desk: Desk | null = null;
function open(script: string): Desk {
  desk = new Desk(script);
  return desk;
}
afterEach(() => desk?.terminals.closeAll());

describe("a terminal", () => {
  test("gives its program a pty of the asked size, the type and the environment", async () => {
    const { terminals, until, ...seen } = bound(open('stty size; echo "$TERM $GREETING"; pwd'));
    await terminals.open("s", "program", 30, 100);
    await until(() => seen.exits().length > 0);
    expect(seen.text()).toBe("30 100\r\nxterm-256color hello\r\n/\r\n");
    expect(seen.exits()).toEqual([0]);
  });

  test("passes typing in, bytes out and sizes on", async () => {
    const script = "trap 'stty size' WINCH; echo ready; while read -r line; do echo \"got <$line>\"; done";
    const { terminals, until, ...seen } = bound(open(script));
    const terminal = await terminals.open("s", "program", 24, 80);
    await until(() => seen.text().includes("ready"));
    terminals.write(terminal, "grüße\n");
    await until(() => seen.text().includes("got <grüße>"));
    terminals.resize(terminal, 11, 22);
    terminals.write(terminal, "after\n");
    await until(() => seen.text().includes("11 22"));
  });

  test.each([
    ["exit 7", 7],
    ["kill -TERM $$", 128 + 15],
  ])("tells how %s ended", async (script, status) => {
    const { terminals, until, ...seen } = bound(open(script));
    await terminals.open("s", "program", 24, 80);
    await until(() => seen.exits().length > 0);
    expect(seen.exits()).toEqual([status]);
  });

  test("pauses a flood that nobody looks at, and goes on when somebody does", async () => {
    const staged = open("yes 'a flood of words that would drown the page'");
    staged.attentive = false;
    const terminal = await staged.terminals.open("s", "program", 24, 80);
    await staged.until(() => staged.bytes >= 512 * 1024);
    const turns = (count: number): Promise<void> =>
      count === 0
        ? Promise.resolve()
        : new Promise<void>((done) => setImmediate(done)).then(() => turns(count - 1));
    await turns(5_000);
    const held = staged.bytes;
    expect(held).toBeLessThan(1024 * 1024);
    staged.terminals.seen(terminal, held);
    await staged.until(() => staged.bytes > held);
  });

  test.each([true, false])(
    "loses nothing of what its program said last: somebody looks: %s",
    async (looks) => {
      // Enough that the reading is paused where nobody looks, and so little more that the program ends all the same.
      const staged = open(`head -c ${526 * 1024} /dev/zero | tr "\\0" x; printf END`);
      staged.attentive = looks;
      await staged.terminals.open("s", "program", 24, 80);
      await staged.until(() => staged.exits.length > 0);
      expect(staged.bytes).toBe(526 * 1024 + 3);
    },
  );

  test("that is closed takes its attached program with it and says no more", async () => {
    const { terminals, until, ...seen } = bound(
      open("echo $$; trap 'exit 0' HUP; while :; do sleep 0.05; done"),
    );
    const terminal = await terminals.open("s", "program", 24, 80);
    await until(() => /\d+/.test(seen.text()));
    const pid = Number(seen.text().trim());
    terminals.close(terminal);
    terminals.write(terminal, "nobody reads this");
    while (alive(pid)) await new Promise((done) => setTimeout(done, 20));
    expect(seen.exits()).toEqual([]);
  });
});

test.each([
  ["as they should", "read -r line"],
  ["only when they are killed", "trap '' HUP; while :; do sleep 0.05; done"],
])("the end waits for programs that end %s", async (_how, script) => {
  const staged = open(`echo $$; ${script}`);
  await staged.terminals.open("s", "program", 24, 80);
  await staged.until(() => /\d+/.test(staged.text));
  const pid = Number(staged.text.trim());
  expect(alive(pid)).toBe(true);
  await staged.terminals.end(100);
  expect(alive(pid)).toBe(false);
});

test("there is an end to how many terminals a page may open", async () => {
  const { terminals } = open("read -r line");
  const opened = Array.from({ length: 40 }, () => terminals.open("s", "program", 24, 80));
  const results = await Promise.allSettled(opened);
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused).toHaveLength(8);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(Failure);
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Returns the desk's parts, for taking apart. */
function bound(whole: Desk): {
  terminals: Terminals;
  until: (holds: () => boolean) => Promise<void>;
  text: () => string;
  exits: () => number[];
} {
  return {
    terminals: whole.terminals,
    until: (holds) => whole.until(holds),
    text: () => whole.text,
    exits: () => whole.exits,
  };
}
