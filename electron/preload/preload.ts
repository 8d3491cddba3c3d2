// The bridge: named verbs that the page may use, and nothing else. Holds no logic and no state of the app;
// runs in Chromium's sandbox, so it is bundled into one file that needs nothing but Electron.
import { contextBridge, ipcRenderer, webUtils } from "electron";
import type { SeeBridge } from "../../protocol/src/bridge.js";
import { callChannel, eventChannel, sendChannel } from "../../protocol/src/channel-names.js";
import type { CallName, EventName, Events, SendName, Sends } from "../../protocol/src/channels.js";
import type { z } from "zod";
import { countDrawn } from "./count-drawn.js";

type Unsubscribe = () => void;
type Answer<K extends CallName> = ReturnType<SeeBridge[K]>;

function call<K extends CallName>(name: K) {
  return (...args: Parameters<SeeBridge[K]>): Answer<K> =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- main's table of handlers has this very type
    ipcRenderer.invoke(callChannel(name), ...args) as Answer<K>;
}

function send<K extends SendName>(name: K) {
  return (...args: z.input<Sends[K]>): void => ipcRenderer.send(sendChannel(name), ...args);
}

function on<K extends EventName>(name: K, listener: (...values: Events[K]) => void): Unsubscribe {
  const channel = eventChannel(name);
  // The event object reaches into Electron; only the values cross to the page.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `tell` in main has this very type
  const relay = (_event: unknown, ...values: unknown[]): void => listener(...(values as Events[K]));
  ipcRenderer.on(channel, relay);
  return () => void ipcRenderer.off(channel, relay);
}

contextBridge.exposeInMainWorld("see", {
  helperStatus: call("helperStatus"),
  restartHelper: call("restartHelper"),
  administratorsStatus: call("administratorsStatus"),
  showAdministrators: call("showAdministrators"),
  doctor: call("doctor"),

  listSessions: call("listSessions"),
  run: call("run"),
  stop: call("stop"),
  log: call("log"),
  tighten: call("tighten"),
  abort: call("abort"),
  resume: call("resume"),
  otherTerminals: call("otherTerminals"),
  retry: call("retry"),
  compare: call("compare"),

  watchChanges: call("watchChanges"),
  unwatchChanges: call("unwatchChanges"),
  discard: call("discard"),
  origins: call("origins"),
  describe: call("describe"),
  content: call("content"),

  edit: call("edit"),
  viruses: call("viruses"),
  notes: call("notes"),
  saveNote: call("saveNote"),
  openOutside: call("openOutside"),
  editOutside: call("editOutside"),
  editedOutside: call("editedOutside"),
  tools: call("tools"),
  exportChanges: call("exportChanges"),

  versions: call("versions"),
  mergePreview: call("mergePreview"),
  ignored: call("ignored"),
  saveIgnored: call("saveIgnored"),
  alwaysHidden: call("alwaysHidden"),
  saveAlwaysHidden: call("saveAlwaysHidden"),
  check: call("check"),
  commit: call("commit"),
  history: call("history"),
  undo: call("undo"),
  drop: call("drop"),
  limitBackups: call("limitBackups"),
  deeds: call("deeds"),
  undoVersions: call("undoVersions"),
  undoContent: call("undoContent"),
  cancel: call("cancel"),

  splitCommand: call("splitCommand"),
  applications: call("applications"),
  chooseDirectory: call("chooseDirectory"),
  homes: call("homes"),
  sortOf: call("sortOf"),
  openWith: call("openWith"),
  droppedPath: (file) => webUtils.getPathForFile(file),
  sample: call("sample"),
  takeOpened: call("takeOpened"),
  integration: call("integration"),
  setIntegration: call("setIntegration"),

  openTerminal: call("openTerminal"),
  writeTerminal: send("writeTerminal"),
  resizeTerminal: send("resizeTerminal"),
  closeTerminal: send("closeTerminal"),

  settings: call("settings"),
  saveSettings: call("saveSettings"),
  copyText: call("copyText"),

  onHelperStatus: (listener) => on("helperStatus", listener),
  onAdministratorsStatus: (listener) => on("administratorsStatus", listener),
  onSessions: (listener) => on("sessions", listener),
  onFeed: (listener) => on("feed", listener),
  onProgress: (listener) => on("progress", listener),
  onTerminalData: (listener) => on("terminalData", countDrawn(listener, send("terminalSeen"))),
  onOpened: (listener) => on("opened", listener),
  onAskUndo: (listener) => on("askUndo", listener),
  onShowSession: (listener) => on("showSession", listener),
  onTerminalExit: (listener) => on("terminalExit", listener),
} satisfies SeeBridge);
