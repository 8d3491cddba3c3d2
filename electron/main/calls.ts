// What each verb of the bridge does: the table that ties the page's calls to the rooms of the main process.
import { join } from "node:path";
import { type BrowserWindow, clipboard, dialog, nativeTheme } from "electron";
import { DIALOGS } from "../../texts/desktop.js";
import type { Sample } from "../../protocol/src/bridge.js";
import type { ApplicationList } from "./applications/applications.js";
import { openWith } from "./applications/openers.js";
import { splitCommand } from "./command-line.js";
import { sortOf } from "./file-sort.js";
import { readHomes } from "./homes.js";
import type { Integration } from "./desktop/integration.js";
import type { Outside } from "./outside/outside.js";
import type { Rollback } from "./rollback.js";
import { completed, fromHome } from "./run-request.js";
import type { Administrators } from "./helper/administrators.js";
import type { Helper } from "./helper/helper.js";
import type { Stores } from "./helper/stores.js";
import type { CallHandlers, SendHandlers } from "./ipc.js";
import type { SettingsFile } from "./settings.js";
import type { Terminals } from "./terminals.js";
import type { Watches } from "./watches.js";

export interface Rooms {
  helper: Helper;
  administrators: Administrators;
  /** What both helpers keep, as one. */
  stores: Stores;
  watches: Watches;
  terminals: Terminals;
  settings: SettingsFile;
  applications: ApplicationList;
  sample(): Promise<Sample | null>;
  /** Files that were opened from elsewhere and not taken yet. */
  opened: string[];
  integration: Integration;
  outside: Outside;
  rollback: Rollback;
  window(): BrowserWindow | null;
  home: string;
}

/** Returns the handlers of all calls. */
export function callHandlers(rooms: Rooms): CallHandlers {
  const { helper, administrators, stores, watches, terminals, settings, applications } = rooms;
  return {
    helperStatus: async () => helper.status,
    restartHelper: async () => {
      await helper.restart();
      return null;
    },
    administratorsStatus: async () => administrators.status,
    showAdministrators: async () => {
      await administrators.ask();
      return null;
    },
    doctor: async () => (await stores.request("doctor", {})).rows,

    listSessions: async () => (await stores.request("sessions.list", {})).sessions,
    run: async (request, whose) => {
      const whole = completed(request, rooms.home, process.env);
      if (whose === "administrators") return stores.runAsAdministrator(whole);
      return (await stores.request("sessions.run", whole)).session;
    },
    stop: async (session) => (await stores.request("sessions.stop", { session })).session,
    log: (session, since) => stores.request("sessions.log", { session, since }),
    tighten: async (session, to) => (await stores.request("sessions.tighten", { session, ...to })).session,
    abort: async (session) => (await stores.request("sessions.abort", { session })).session,
    resume: async (request) => (await stores.request("sessions.resume", request)).session,
    otherTerminals: async (session) => (await stores.request("sessions.terminals", { session })).terminals,
    retry: async (request) => (await stores.request("sessions.retry", request)).session,
    compare: (first, second, ticket) => stores.request("sessions.compare", { first, second }, ticket),

    watchChanges: (session) => watches.open(session),
    unwatchChanges: async (watch) => {
      await watches.close(watch);
      return null;
    },
    discard: (request, ticket) => stores.request("changes.discard", request, ticket),
    origins: (params) => stores.request("changes.origins", params),
    describe: (params) => stores.request("describe", params),
    content: (params) => stores.request("content", params),

    edit: async (edit) => {
      await stores.request("changes.edit", edit);
      return null;
    },
    viruses: (session, ticket) => stores.request("changes.viruses", { session }, ticket),
    notes: async (session) => (await stores.request("notes.get", { session })).notes,
    saveNote: async (note) => (await stores.request("notes.set", note)).notes,
    openOutside: async (file) => {
      await rooms.outside.open(file);
      return null;
    },
    editOutside: (path, text) => rooms.outside.edit(path, text),
    editedOutside: (key) => rooms.outside.edited(key),
    tools: () => rooms.outside.tools(),
    exportChanges: async (session, form) => {
      const file = await askWhere(rooms, form === "tar" ? "changes.tar" : "changes.patch");
      if (file !== null) await stores.exportTo(session, form, file);
      return file;
    },

    versions: (params) => stores.request("versions", params),
    mergePreview: (params) => stores.request("merge.preview", params),
    ignored: async () => (await stores.request("ignore.get", {})).patterns,
    saveIgnored: async (patterns) => (await stores.request("ignore.set", { patterns })).patterns,
    alwaysHidden: async () => (await stores.request("hidden.get", {})).places,
    saveAlwaysHidden: async (places) => {
      const whole = places.map((place) => fromHome(place, rooms.home));
      return (await stores.request("hidden.set", { places: whole })).places;
    },
    check: (request, ticket) => stores.request("check", request, ticket),
    commit: (request, ticket) => stores.request("commit", request, ticket),
    history: () => stores.request("history.list", {}),
    undo: (commit, resolve, ticket) => stores.request("history.undo", { commit, resolve }, ticket),
    limitBackups: async (limit) => (await stores.request("history.limit", { limit })).dropped,
    deeds: (commit, ticket) => stores.request("history.changes", { commit }, ticket),
    undoVersions: (params) => stores.request("history.versions", params),
    undoContent: (params) => stores.request("history.content", params),
    drop: async (commit) => {
      await stores.request("history.drop", { commit });
      return null;
    },
    cancel: async (ticket) => {
      stores.cancel(ticket);
      return null;
    },

    splitCommand: async (line) => splitCommand(line),
    applications: () => applications.get(),
    chooseDirectory: async () => {
      const window = rooms.window();
      if (window === null) return null;
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        title: DIALOGS.directory,
        defaultPath: rooms.home,
        properties: ["openDirectory", "showHiddenFiles", "dontAddToRecent"],
      });
      return canceled ? null : (filePaths[0] ?? null);
    },
    homes: () => readHomes(rooms.home),
    sortOf: (path) => sortOf(path),
    openWith: (path) => openWith(path, { home: rooms.home, environment: process.env }),
    sample: () => rooms.sample(),
    takeOpened: async () => rooms.opened.splice(0),
    integration: () => rooms.integration.isOn(),
    setIntegration: async (on) => {
      await rooms.integration.set(on);
      return rooms.integration.isOn();
    },

    openTerminal: (session, what, rows, cols) => terminals.open(session, what, rows, cols),

    settings: () => settings.read(),
    saveSettings: async (choices) => {
      nativeTheme.themeSource = choices.theme;
      await settings.save(choices);
      return null;
    },
    copyText: async (text) => {
      await clipboard.writeText(text);
      return null;
    },
  };
}

/** Asks for a file to write to; null: the person named none. */
async function askWhere(rooms: Rooms, name: string): Promise<string | null> {
  const above = rooms.window();
  if (above === null) return null;
  const { canceled, filePath } = await dialog.showSaveDialog(above, {
    title: DIALOGS.exportTo,
    defaultPath: join(rooms.home, name),
    properties: ["showOverwriteConfirmation", "dontAddToRecent"],
  });
  return canceled ? null : filePath;
}

/** Returns the handlers of all messages that are not answered. */
export function sendHandlers({ terminals }: Rooms): SendHandlers {
  return {
    writeTerminal: (terminal, data) => terminals.write(terminal, data),
    resizeTerminal: (terminal, rows, cols) => terminals.resize(terminal, rows, cols),
    closeTerminal: (terminal) => terminals.close(terminal),
    terminalSeen: (terminal, count) => terminals.seen(terminal, count),
  };
}
