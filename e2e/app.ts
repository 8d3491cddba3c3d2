// The app as a program: how it starts and ends, and what the desktop does with it. What is in its window: window.ts.
import { execFileSync } from "node:child_process";
import { _electron as electron, expect, type ElectronApplication, type Page } from "@playwright/test";
import type { Machine } from "./harness/machine.js";
import type { HostFacts } from "./harness/host.js";
import { descendants, type ProcessFacts } from "./harness/processes.js";
import { Window } from "./window.js";

/** How long a start may take on a busy machine, in milliseconds. */
const PATIENCE = 35_000;
/** And how long the page may take after that. */
const PAGE_PATIENCE = 20_000;

export class App extends Window {
  private constructor(
    private readonly electron: ElectronApplication,
    page: Page,
    readonly machine: Machine,
    private readonly said: string[],
  ) {
    super(page);
  }

  /** Starts the app and waits until its page is there. */
  static async start(
    machine: Machine,
    args: string[] = [],
    environment: Record<string, string> = {},
  ): Promise<App> {
    const app = await App.launch(machine, args, environment);
    try {
      await app.navigation.waitFor({ timeout: PAGE_PATIENCE });
    } catch (error) {
      const page = await Promise.race([app.page.content(), app.electron.evaluate(() => "no answer")]);
      app.electron.process().kill("SIGKILL");
      throw new Error(`The window stayed empty: ${page}\nThe app printed:\n${app.output()}`, {
        cause: error,
      });
    }
    return app;
  }

  /** Starts the app. Chromium's own sandbox is on, except for root, with whom it refuses to run. */
  static async launch(
    machine: Machine,
    args: string[] = [],
    environment: Record<string, string> = {},
  ): Promise<App> {
    const { account, installation } = machine;
    const launched = await electron.launch({
      executablePath: installation.launcher(account),
      args: [installation.root, ...args],
      cwd: machine.home,
      env: { ...machine.environment(), ...environment },
      chromiumSandbox: account.uid !== 0,
    });
    const said: string[] = [];
    const { stdout, stderr } = launched.process();
    for (const stream of [stdout, stderr]) stream?.on("data", (data: Buffer) => said.push(data.toString()));
    try {
      return new App(launched, await launched.firstWindow({ timeout: PATIENCE }), machine, said);
    } catch (error) {
      // A window that does not come leaves nothing to take a picture of: what was printed has to tell.
      launched.process().kill("SIGKILL");
      throw new Error(`The app opened no window. It printed:\n${said.join("")}`, { cause: error });
    }
  }

  /** Starts the app again on the same machine, after it was closed. */
  startAgain(): Promise<App> {
    return App.start(this.machine);
  }

  /** Opens a file in the app that runs, as a file manager does. */
  openFromOutside(file: string): void {
    const { account, installation } = this.machine;
    const words = [...(account.uid === 0 ? ["--no-sandbox"] : []), installation.root, `--open=${file}`];
    const options = { env: this.machine.environment(), cwd: "/", stdio: "ignore" } as const;
    execFileSync(installation.launcher(account), words, options);
  }

  /** Drops files on the window, as from a file manager: Chromium's own drag, with the files' real paths. */
  async dropFile(...files: string[]): Promise<void> {
    const debug = await this.page.context().newCDPSession(this.page);
    const drag = { x: 600, y: 300, data: { items: [], files, dragOperationsMask: 1 } };
    for (const type of ["dragEnter", "dragOver", "drop"] as const)
      await debug.send("Input.dispatchDragEvent", { type, ...drag });
    await debug.detach();
  }

  /** What the app's processes printed. */
  output(): string {
    return this.said.join("");
  }

  close(): Promise<void> {
    return this.electron.close();
  }

  /** Facts about the app's processes, from the kernel. */
  processes(): ProcessFacts[] {
    return descendants(this.electron.process().pid ?? 0);
  }

  /** The process of the helper. */
  helper(): number {
    return this.process(/ serve\b/);
  }

  /** The first of the app's processes with such a command. Signals to no process would go to the tests' own. */
  process(command: RegExp): number {
    const found = this.processes().find((process) => command.test(process.command));
    if (found === undefined) throw new Error(`none of the app's processes is ${command}`);
    return found.pid;
  }

  /** Facts about the host that no session may change. */
  host(): HostFacts {
    return this.machine.host(this.electron.process().pid);
  }

  /** Waits until the host is as it was; a session takes its mounts down after it told its end. */
  async hostIs(before: HostFacts): Promise<void> {
    await expect.poll(() => this.host()).toEqual(before);
  }

  /** Turns to something else: the window is not in front any more. */
  async lookAway(): Promise<void> {
    const isInFront = (): Promise<boolean> =>
      this.electron.evaluate(({ BrowserWindow }) => {
        const windows = BrowserWindow.getAllWindows();
        windows.forEach((window) => window.blur());
        return windows.some((window) => window.isFocused());
      });
    await expect.poll(isInFront).toBe(false);
  }

  /** Answers the desktop's question for a file, which no test can reach, with this one. */
  async saveTo(filePath: string): Promise<void> {
    await this.electron.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    }, filePath);
  }

  /** Looks at the menus that the app gives to the desktop from now on: no test can reach what a panel draws. */
  async watchMenus(): Promise<void> {
    await this.electron.evaluate(({ Menu }) => {
      const build = Menu.buildFromTemplate.bind(Menu);
      Menu.buildFromTemplate = (template) => {
        const menu = build(template);
        Object.assign(globalThis, { lastMenu: menu });
        return menu;
      };
    });
  }

  /** Chooses an entry of the menu that was given last. */
  async chooseInPanel(label: string): Promise<void> {
    await this.electron.evaluate((_, wanted) => {
      const { lastMenu } = globalThis as unknown as { lastMenu: Electron.Menu };
      lastMenu.items.find((item) => item.label === wanted)?.click();
    }, label);
  }
}
