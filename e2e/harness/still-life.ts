// Makes the window look the same on every machine and at every time, so that its pictures can be compared: one type face,
// no motion, and in the place of times, names and sizes that differ from machine to machine, words that do not.
import { hostname } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "@playwright/test";
import { App } from "../app.js";
import type { Account } from "./account.js";
import type { Display } from "./display.js";
import type { Installation } from "./installation.js";
import { Machine } from "./machine.js";

/** The size of the window in every picture. */
const WINDOW = { width: 1200, height: 760 };
/** Pixels as the page means them: no scaling, no smoothing by the geometry of a screen. */
const DRAWING = [
  "--force-device-scale-factor=1",
  "--force-color-profile=srgb",
  "--disable-lcd-text",
  "--disable-font-subpixel-positioning",
];
/** The only applications of the desktop. */
const APPLICATIONS = ["Album", "Letters"];

/** A pattern of what differs, and what stands in its place. */
type Stand = readonly [pattern: string, word: string];

/**
 * Gives a scene the app, its window holding still, on a machine whose home is called like ann's. `prepare` may set the machine
 * up before the app starts, and returns what is added to its environment.
 */
export async function onStillLife(
  { account, installation, display }: Parts,
  scene: (app: App, machine: Machine) => Promise<void>,
  prepare: (machine: Machine) => Record<string, string> = () => ({}),
): Promise<void> {
  const machine = new Machine(account, installation, display, join(account.base, "ann"));
  try {
    machine.file("app-data/window.json", JSON.stringify({ ...WINDOW, maximized: false }));
    for (const name of APPLICATIONS) machine.file(`share/applications/${name}.desktop`, launcherOf(name));
    const environment = { XDG_DATA_DIRS: machine.path("share"), TZ: "UTC", ...prepare(machine) };
    const app = await App.start(machine, DRAWING, environment);
    try {
      await app.page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
      await app.page.evaluate(holdStill, standsFor(account));
      await app.command.waitFor();
      await scene(app, machine);
    } finally {
      await app.close();
    }
  } finally {
    await machine.remove();
  }
}

function launcherOf(name: string): string {
  return `[Desktop Entry]\nType=Application\nName=${name}\nExec=/bin/true %f\n`;
}

interface Parts {
  account: Account;
  installation: Installation;
  display: Display;
}

function standsFor(account: Account): Stand[] {
  const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // A machine may be called like a part of a word.
  const word = (text: string): string => `(?<![\\w-])${literal(text)}(?![\\w-])`;
  return [
    [literal(account.base), "/home"],
    // Where a path is drawn in parts.
    [`^${literal(basename(account.base))}/`, ""],
    ["/home/machine-[A-Za-z0-9]+", "/home/machine"],
    [`${literal(account.user)} \\(\\d+\\)`, "ann (1000)"],
    ["[A-Z][a-z]{2} \\d{1,2}, \\d{4}, \\d{2}:\\d{2}:\\d{2}", "Jan 1, 2026, 12:00:00"],
    ["just now|\\d+ (minute|hour)s? ago", "just now"],
    ["^(now|\\d+[mh])$", "now"],
    ["^\\d{1,2}:\\d{2}(:\\d{2})?$", "00:05"],
    ["hold \\d[\\d.]* [kM]B", "hold 10 MB"],
    [word(account.user), "ann"],
    [word(hostname()), "machine"],
  ];
}

/** Runs in the page: words are replaced before the browser draws them, now and whenever the app writes some. */
function holdStill(stands: readonly Stand[]): void {
  const { style } = document.documentElement;
  style.setProperty("--font-ui", '"DejaVu Sans"');
  style.setProperty("--font-mono", '"DejaVu Sans Mono"');
  const sheet = document.createElement("style");
  // What this machine can enforce is a fact about the machine; a commit's id is another one each time.
  sheet.textContent = "details > summary > h2 + span, main li code { visibility: hidden }";
  document.head.append(sheet);

  const rules = stands.map(([pattern, word]) => [new RegExp(pattern, "g"), word] as const);
  const replace = (node: Node): void => {
    const before = node.nodeValue ?? "";
    const after = rules.reduce((text, [pattern, word]) => text.replace(pattern, word), before);
    if (after !== before) node.nodeValue = after;
  };
  const replaceBelow = (root: Node): void => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node: Node | null = root; node !== null; node = texts.nextNode())
      if (node.nodeType === Node.TEXT_NODE) replace(node);
  };
  replaceBelow(document.body);
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "characterData") replace(target);
      else addedNodes.forEach(replaceBelow);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

/** Takes the ring of focus and the pointer away: where they are says nothing about the screen. */
export async function restPointer(page: Page): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.mouse.move(2, 2);
}
