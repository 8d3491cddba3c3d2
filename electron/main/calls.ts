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
import type { Helper } from "./helper/helper.js";
import type { CallHandlers, SendHandlers } from "./ipc.js";
import type { SettingsFile } from "./settings.js";
import type { Terminals } from "./terminals.js";
import type { Watches } from "./watches.js";

export interface Rooms {
  helper: Helper;
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
  const { helper, watches, terminals, settings, applications } = rooms;
  return {
    helperStatus: async () => helper.status,
    restartHelper: async () => {
      await helper.restart();
      return null;
    },
    doctor: async () => (await helper.request("doctor", {})).rows,

    listSessions: async () => (await helper.request("sessions.list", {})).sessions,
    run: async (request) =>
      (await helper.request("sessions.run", completed(request, rooms.home, process.env))).session,
    stop: async (session) => (await helper.request("sessions.stop", { session })).session,
    log: (session, since) => helper.request("sessions.log", { session, since }),
    tighten: async (session, to) => (await helper.request("sessions.tighten", { session, ...to })).session,
    abort: async (session) => (await helper.request("sessions.abort", { session })).session,
    resume: async (request) => (await helper.request("sessions.resume", request)).session,
    otherTerminals: async (session) => (await helper.request("sessions.terminals", { session })).terminals,
    retry: async (session) => (await helper.request("sessions.retry", { session })).session,
    compare: (first, second, ticket) => helper.request("sessions.compare", { first, second }, ticket),

    watchChanges: (session) => watches.open(session),
    unwatchChanges: async (watch) => {
      await watches.close(watch);
      return null;
    },
    discard: async (request, ticket) => (await helper.request("changes.discard", request, ticket)).discarded,
    origins: (params) => helper.request("changes.origins", params),
    describe: (params) => helper.request("describe", params),
    content: (params) => helper.request("content", params),

    edit: async (edit) => {
      await helper.request("changes.edit", edit);
      return null;
    },
    viruses: (session, ticket) => helper.request("changes.viruses", { session }, ticket),
    notes: async (session) => (await helper.request("notes.get", { session })).notes,
    saveNote: async (note) => (await helper.request("notes.set", note)).notes,
    openOutside: async (file) => {
      await rooms.outside.open(file);
      return null;
    },
    editOutside: (path, text) => rooms.outside.edit(path, text),
    editedOutside: (key) => rooms.outside.edited(key),
    tools: () => rooms.outside.tools(),
    exportChanges: async (session, form) => {
      const file = await askWhere(rooms, form === "tar" ? "changes.tar" : "changes.patch");
      if (file !== null) await helper.exportTo(session, form, file);
      return file;
    },

    versions: (params) => helper.request("versions", params),
    mergePreview: (params) => helper.request("merge.preview", params),
    ignored: async () => (await helper.request("ignore.get", {})).patterns,
    saveIgnored: async (patterns) => (await helper.request("ignore.set", { patterns })).patterns,
    alwaysHidden: async () => (await helper.request("hidden.get", {})).places,
    saveAlwaysHidden: async (places) => {
      const whole = places.map((place) => fromHome(place, rooms.home));
      return (await helper.request("hidden.set", { places: whole })).places;
    },
    check: (request, ticket) => helper.request("check", request, ticket),
    commit: (request, ticket) => helper.request("commit", request, ticket),
    history: () => helper.request("history.list", {}),
    undo: (commit, resolve, ticket) => helper.request("history.undo", { commit, resolve }, ticket),
    limitBackups: async (limit) => (await helper.request("history.limit", { limit })).dropped,
    deeds: (commit, ticket) => helper.request("history.changes", { commit }, ticket),
    undoVersions: (params) => helper.request("history.versions", params),
    undoContent: (params) => helper.request("history.content", params),
    drop: async (commit) => {
      await helper.request("history.drop", { commit });
      return null;
    },
    cancel: async (ticket) => {
      helper.cancel(ticket);
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
