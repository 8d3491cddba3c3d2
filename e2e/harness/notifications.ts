// A desktop's notifications for one test: a message bus and a program that shows them, both of the account's own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Machine } from "./machine.js";

interface Told {
  title: string;
  body: string;
}

/** The button to press, for the menu of the program that shows them. */
const WANTED = "dunst-wanted";

/** A value as the program's JSON has it. */
interface Wrapped {
  data: string;
}

export class Notifications {
  private constructor(
    private readonly machine: Machine,
    private readonly bus: ChildProcess,
    private readonly shower: ChildProcess,
    /** What the app has to find in its environment. */
    readonly environment: Record<string, string>,
  ) {}

  static async start(machine: Machine): Promise<Notifications> {
    const begin = (words: string[], env: Record<string, string>): ChildProcess => {
      const [program, ...args] = [...machine.account.become, ...words] as [string, ...string[]];
      return spawn(program, args, {
        env: { ...machine.environment(), ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
    };
    const bus = begin(["dbus-daemon", "--session", "--nofork", "--print-address"], {});
    const environment = { DBUS_SESSION_BUS_ADDRESS: await firstLine(bus) };
    // It shows the buttons of what is on the screen as a menu, by a program that chooses from it.
    const menu = machine.file(
      "dunst-menu",
      `#!/bin/sh\nexec grep -F "#$(cat '${machine.path(WANTED)}')"\n`,
      0o755,
    );
    const rules = machine.file(
      "dunstrc",
      `[global]\n    history_length = 50\n    idle_threshold = 0\n    dmenu = ${menu}\n[urgency_normal]\n    timeout = 0\n`,
    );
    const shower = begin(["dunst", "-config", rules], environment);
    const notifications = new Notifications(machine, bus, shower, environment);
    // The bus says so when somebody has the name.
    try {
      await notifications.ask(
        "gdbus",
        "wait",
        "--session",
        "--timeout",
        "30",
        "org.freedesktop.Notifications",
      );
    } catch (error) {
      await notifications.stop();
      throw error;
    }
    return notifications;
  }

  /** Takes what is shown off the screen, and returns all that was shown, the newest first. */
  async read(): Promise<Told[]> {
    await this.ask("dunstctl", "close-all");
    const { data } = JSON.parse(await this.ask("dunstctl", "history")) as {
      data: { summary: Wrapped; body: Wrapped }[][];
    };
    return data.flat().map(({ summary, body }) => ({ title: summary.data, body: body.data }));
  }

  /** How many are on the screen. */
  async shown(): Promise<number> {
    return Number(await this.ask("dunstctl", "count", "displayed"));
  }

  /** Clicks on the newest one on the screen. */
  async click(): Promise<void> {
    await this.ask("dunstctl", "action", "0");
  }

  /** Presses a button on one of those on the screen. */
  async press(button: string): Promise<void> {
    this.machine.file(WANTED, button);
    await this.ask("dunstctl", "context");
  }

  async stop(): Promise<void> {
    for (const child of [this.shower, this.bus]) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    }
  }

  private async ask(...words: string[]): Promise<string> {
    const bus = Object.entries(this.environment).map(([name, value]) => `${name}=${value}`);
    const { status, stdout, stderr } = await this.machine.run(["env", ...bus, ...words]);
    if (status !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
    return stdout;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("A program without output.");
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error("The message bus ended before it was ready.");
}
