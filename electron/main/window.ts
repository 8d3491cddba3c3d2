// The app's one window: its size, colours and locked-down web preferences. Knows nothing of what it shows.
import { PANEL } from "../../texts/desktop.js";
import { join, sep } from "node:path";
import { BrowserWindow, nativeTheme, screen } from "electron";
import { z } from "zod";
import { APP_PAGE } from "./app-protocol.js";
import { readJson, writeJson } from "./json-file.js";

/** What is remembered of the window between starts. Device-independent pixels. */
const Frame = z.object({
  width: z.int().min(1),
  height: z.int().min(1),
  x: z.int().optional(),
  y: z.int().optional(),
  maximized: z.boolean(),
});
type Frame = z.infer<typeof Frame>;

/** A file that other programs can open too: in a package it lies beside the archive that holds the bundle. */
export const ICON = join(import.meta.dirname, "../../assets/icons/alcatraz.png").replace(
  `${sep}app.asar${sep}`,
  `${sep}app.asar.unpacked${sep}`,
);
const SMALLEST = { width: 880, height: 560 };
/** So wide that a line of 80 letters has room in a session's terminal. */
const FIRST: Frame = { width: 1320, height: 820, maximized: false };
/** How long the window must have been still before its frame is written, in milliseconds. */
const SETTLE = 400;

/** Returns what is behind the page until it paints, so that a dark desktop sees no white flash. */
function background(): string {
  return nativeTheme.shouldUseDarkColors ? "#16181d" : "#ffffff";
}

/** Returns the frame moved and shrunk to fit on a screen that exists now. */
function fitted(frame: Frame): Frame {
  const { x, y } = frame;
  if (x === undefined || y === undefined) return frame;
  const area = screen.getDisplayMatching({ x, y, width: frame.width, height: frame.height }).workArea;
  const width = Math.min(frame.width, area.width);
  const height = Math.min(frame.height, area.height);
  return {
    ...frame,
    width,
    height,
    x: Math.min(Math.max(x, area.x), area.x + area.width - width),
    y: Math.min(Math.max(y, area.y), area.y + area.height - height),
  };
}

/** The last write of a frame; the app waits for it before it ends. */
let written: Promise<void> = Promise.resolve();

/** Waits until the window's frame is on disk. */
export function frameSaved(): Promise<void> {
  return written;
}

/** Writes the frame whenever the person has moved or resized the window, and when it closes. */
function rememberFrame(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const frame: Frame = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    written = written
      .then(() => writeJson(file, frame))
      .catch((error: unknown) => {
        process.stderr.write(`alcatraz: the window's size was not saved: ${String(error)}\n`);
      });
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, SETTLE);
  };
  window.on("resize", later);
  window.on("move", later);
  window.on("maximize", later);
  window.on("unmaximize", later);
  window.on("close", save);
}

/**
 * Makes the window, and shows it when its first frame is drawn. `userData` is where its size is kept;
 * `prepare` gets the window before the page is loaded.
 */
export async function openWindow(
  userData: string,
  preload: string,
  prepare: (window: BrowserWindow) => void,
): Promise<void> {
  const file = join(userData, "window.json");
  const frame = fitted((await readJson(file, Frame)) ?? FIRST);
  const { maximized, ...bounds } = frame;
  const window = new BrowserWindow({
    ...bounds,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: PANEL.name,
    icon: ICON,
    backgroundColor: background(),
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
      enableWebSQL: false,
    },
  });
  if (maximized) window.maximize();
  rememberFrame(window, file);
  const recolour = (): void => window.setBackgroundColor(background());
  nativeTheme.on("updated", recolour);
  window.on("closed", () => nativeTheme.off("updated", recolour));
  window.once("ready-to-show", () => window.show());
  prepare(window);
  let closing = false;
  window.once("close", () => (closing = true));
  try {
    await window.loadURL(APP_PAGE);
  } catch (error) {
    // Closed before it was loaded: that is the person's will and no failure.
    if (!closing) throw error;
  }
}
