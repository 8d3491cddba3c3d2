// Start-up only: puts the rooms of the main process together, in order. Decides nothing that a room could decide.
import { join } from "node:path";
import { app, type BrowserWindow, Menu, nativeTheme, protocol, session, type WebContents } from "electron";
import type { Session } from "../../protocol/src/session.js";
import type { Whose } from "../../protocol/src/stores.js";
import { APP_SCHEME_PRIVILEGES, serveApp } from "./app-protocol.js";
import { ApplicationList } from "./applications/applications.js";
import { viewerOf } from "./applications/openers.js";
import { readArguments } from "./arguments.js";
import { DesktopNotifications } from "./bus/notifications.js";
import { callHandlers, type Rooms, sendHandlers } from "./calls.js";
import { Integration } from "./desktop/integration.js";
import { showFatal } from "./errors/dialog.js";
import { toSeeError } from "./failure.js";
import { Administrators } from "./helper/administrators.js";
import { Helper, HELPER_DEFAULTS, type HelperEvents } from "./helper/helper.js";
import { locateHelper } from "./helper/locate.js";
import { personEnvironment } from "./helper/person-environment.js";
import { LastCommit } from "./last-commit.js";
import { isOther, Stores, toldFeed } from "./helper/stores.js";
import { openDoor, tell } from "./ipc.js";
import { buildMenu } from "./menu.js";
import { Outside } from "./outside/outside.js";
import { Notifier } from "./notifier.js";
import { followPage } from "./page-life.js";
import { readSample } from "./sample.js";
import { guardApp, guardSession, sandboxVerdict } from "./security.js";
import { Rollback } from "./rollback.js";
import { SettingsFile } from "./settings.js";
import { PanelIcon } from "./tray.js";
import { Terminals } from "./terminals.js";
import { Watches } from "./watches.js";
import { frameSaved, ICON, openWindow } from "./window.js";

const OUT = join(import.meta.dirname, "..");

let window: BrowserWindow | null = null;
let panel: PanelIcon | null = null;
/** The list of sessions as it was told last: the helper may be there before the icon, and tells it once. */
let listed: readonly Session[] = [];
const page = (): WebContents | null => window?.webContents ?? null;

function die(thrown: unknown): void {
  showFatal(toSeeError(thrown));
  app.exit(1);
}

/** Brings the window to the front. */
function bringForward(): void {
  if (window?.isMinimized() === true) window.restore();
  window?.show();
  window?.focus();
}

/** Shows a session, or History when none is named, to a person who looked elsewhere. */
function bringSession(id: string | null): void {
  bringForward();
  tell(page(), "showSession", id);
}

/** Returns the words that start this app. */
function startCommand(): string[] {
  const source = app.isPackaged ? [] : [app.getAppPath()];
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return [process.execPath, ...root, ...source];
}

/** Makes the rooms. Nothing is started and nothing read yet. */
function build(sample: () => string | null, opened: string[]): Rooms {
  const userData = app.getPath("userData");
  const environment = personEnvironment(process.env);
  const locate = (): Promise<string> =>
    locateHelper({
      packaged: app.isPackaged,
      resources: process.resourcesPath,
      source: app.getAppPath(),
      override: process.env["ALCATRAZ_HELPER"],
    });
  const told = (whose: Whose): Omit<HelperEvents, "status"> => ({
    sessions: ({ sessions }) => stores.take(whose, sessions),
    feed: (event) => tell(page(), "feed", toldFeed(whose, event)),
    progress: (progress) => tell(page(), "progress", progress),
  });
  const helper = new Helper(
    { ...HELPER_DEFAULTS, environment, locate },
    {
      ...told("own"),
      status: (status) => {
        if (status.state !== "ready") watches.forget((watch) => !isOther(watch));
        tell(page(), "helperStatus", status);
      },
    },
  );
  const administrators = new Administrators(
    { locate },
    {
      ...told("administrators"),
      status: (status) => {
        if (status.state !== "ready") watches.forget(isOther);
        tell(page(), "administratorsStatus", status);
      },
    },
  );
  const stores = new Stores(
    {
      own: helper,
      administrators,
      environment,
      lastCommit: new LastCommit(join(userData, "whole-machine.json")),
    },
    {
      sessions: (sessions, isNews) => {
        tell(page(), "sessions", sessions);
        listed = sessions;
        panel?.take(sessions);
        if (isNews) void notifier.take(sessions);
        else notifier.learn(sessions);
      },
    },
  );
  const settings = new SettingsFile(userData);
  const notifier = new Notifier({
    desktop: new DesktopNotifications(process.env, { name: app.getName(), icon: ICON }),
    wanted: async ({ warning }) => {
      const { notify, notifyWarnings } = await settings.read();
      return (warning === true ? notifyWarnings : notify) && window?.isFocused() !== true;
    },
    chosen: bringSession,
    offer: (session) => rollback.offer(session),
    takeBack: (commit) => void rollback.takeBack(commit),
  });
  const rollback = new Rollback(stores, {
    told: (title, body) => notifier.tell(title, body),
    asked: (commit, applied) => {
      bringSession(null);
      tell(page(), "askUndo", commit, applied);
    },
  });
  const applications = new ApplicationList({ home: app.getPath("home"), environment: process.env });
  const integration = new Integration({
    home: app.getPath("home"),
    environment: process.env,
    command: startCommand(),
    icon: ICON,
  });
  const watches = new Watches(stores);
  const terminals = new Terminals((...joined) => stores.line(...joined), {
    data: (terminal, bytes) => tell(page(), "terminalData", terminal, bytes),
    exit: (terminal, status) => tell(page(), "terminalExit", terminal, status),
  });
  return {
    helper,
    administrators,
    stores,
    watches,
    terminals,
    settings,
    applications,
    rollback,
    outside: new Outside({
      helper: stores,
      applications,
      settings,
      userData,
      environment,
      opensHere: () => integration.isOn(),
      viewerOf: (path) => viewerOf(path, { home: app.getPath("home"), environment: process.env }),
    }),
    sample: async () => {
      const path = sample();
      return path === null ? null : readSample(path);
    },
    opened,
    integration,
    window: () => window,
    home: app.getPath("home"),
  };
}

/** Ends what the page held. The sessions themselves live on. */
function release({ stores, terminals, watches }: Rooms): void {
  stores.forgetTickets();
  terminals.closeAll();
  watches.closeAll().catch((error: unknown) => {
    process.stderr.write(`alcatraz: a change feed was not closed: ${toSeeError(error).message}\n`);
  });
}

/** How long programs at a terminal may take to notice that it is gone, in milliseconds. */
const TERMINAL_GRACE = 1_000;

/** Lets helper, terminals and files finish before the app ends. All windows are closed by then. */
function finishBeforeQuit({ helper, administrators, stores, terminals, settings, outside }: Rooms): void {
  app.once("will-quit", (event) => {
    event.preventDefault();
    // Electron cannot be asked to quit from within this event, so the end comes in a turn of its own.
    const ends = [
      helper.close(),
      administrators.helper.close(),
      stores.end(),
      terminals.end(TERMINAL_GRACE),
      settings.flush(),
      frameSaved(),
      outside.end(),
    ];
    void Promise.allSettled(ends).then(() => setImmediate(() => app.exit()));
  });
}

async function start(rooms: Rooms): Promise<void> {
  rooms.helper.start();
  await app.whenReady();
  guardSession(session.defaultSession);
  serveApp(protocol, join(OUT, "renderer"));
  Menu.setApplicationMenu(buildMenu(app.isPackaged));
  nativeTheme.themeSource = (await rooms.settings.read()).theme;
  openDoor(page, callHandlers(rooms), sendHandlers(rooms));
  panel = new PanelIcon(ICON, {
    show: bringForward,
    open: bringSession,
    takeBack: () => void rooms.rollback.takeBack(),
    history: () => bringSession(null),
    quit: () => app.quit(),
  });
  panel.take(listed);
  await openWindow(app.getPath("userData"), join(OUT, "preload/preload.cjs"), (opened) => {
    window = opened;
    opened.on("closed", () => (window = null));
    followPage(opened.webContents, {
      left: () => release(rooms),
      hopeless: (error) => {
        showFatal(error);
        app.exit(1);
      },
    });
  });
}

function main(): void {
  // Whoever read our words may be gone (EPIPE). They then have no reader and no place to say so: the app goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const userData = process.env["ALCATRAZ_USER_DATA"];
  if (userData !== undefined && userData !== "") app.setPath("userData", userData);
  const verdict = sandboxVerdict(process.getuid?.() ?? 0, app.commandLine.hasSwitch("no-sandbox"));
  if (verdict.says !== null) process.stderr.write(`alcatraz: ${verdict.says}\n`);
  if (!verdict.mayStart) return app.exit(1);
  if (!app.requestSingleInstanceLock()) {
    process.stderr.write("alcatraz: it runs already; its window has been brought forward\n");
    return app.exit(0);
  }

  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
  protocol.registerSchemesAsPrivileged([APP_SCHEME_PRIVILEGES]);
  guardApp(app);
  app.on("window-all-closed", () => app.quit());
  const first = readArguments(process.argv, process.cwd());
  let { sample } = first;
  const opened = first.open;
  app.on("second-instance", (_event, argv, cwd) => {
    const more = readArguments(argv, cwd);
    sample = more.sample ?? sample;
    opened.push(...more.open);
    bringForward();
    tell(page(), "opened");
  });

  const rooms = build(() => sample, opened);
  finishBeforeQuit(rooms);
  // Not awaited: Electron is ready only after this module has been evaluated.
  start(rooms).catch(die);
}

main();
