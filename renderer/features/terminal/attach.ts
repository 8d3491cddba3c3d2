// A terminal of a session in an element of the page. What programs write stays inside xterm: no links, no titles, no clipboard.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import type { TerminalOf } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";
import { Feed } from "./feed.js";
import { terminalTheme } from "./terminal-theme.js";
import { TEXTS } from "../../../texts/terminal.js";

const SCROLLBACK = 5000;
/** What a person may ask of the system that changes the page's colours. */
const wishes = [
  matchMedia("(prefers-color-scheme: dark)"),
  matchMedia("(prefers-contrast: more)"),
  matchMedia("(forced-colors: active)"),
] as const;

/** Shows a terminal of a session in the element until the returned function is called. */
export function attach(
  element: HTMLElement,
  session: string,
  what: TerminalOf,
  onError: (error: SeeError) => void,
  onEnd: (status: number) => void,
): () => void {
  const style = getComputedStyle(document.documentElement);
  const terminal = new Terminal({
    fontFamily: style.getPropertyValue("--font-mono"),
    fontSize: Number.parseFloat(style.getPropertyValue("--text")),
    lineHeight: 1.2,
    scrollback: SCROLLBACK,
    theme: terminalTheme(element),
    cursorBlink: false,
    minimumContrastRatio: 4.5,
    linkHandler: { activate: () => undefined },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  terminal.textarea?.setAttribute("aria-label", TEXTS.outputOf[typeof what === "object" ? "more" : what]);
  // Where what is typed goes is told where one types.
  const told = element.closest("[aria-describedby]")?.getAttribute("aria-describedby");
  if (told) terminal.textarea?.setAttribute("aria-describedby", told);
  fit.fit();

  let closed = false;
  let over = false;
  /** What was typed before the terminal was there. */
  const ahead: string[] = [];
  const feed = new Feed({
    // Fulfilled when drawn: until then main holds the flood of a program that prints without end.
    draw: (data) => new Promise((drawn) => terminal.write(data, drawn)),
    end: (status) => {
      over = true;
      terminal.options.disableStdin = true;
      terminal.options.cursorStyle = "underline";
      onEnd(status);
    },
  });
  const stops = [
    see.onTerminalData((which, data) => feed.take(which, data)),
    see.onTerminalExit((which, status) => feed.exit(which, status)),
  ];
  const typed = terminal.onData((data) => {
    if (feed.number !== null) see.writeTerminal(feed.number, data);
    else if (!over) ahead.push(data);
  });
  const resized = terminal.onResize(({ rows, cols }) => {
    if (feed.number !== null) see.resizeTerminal(feed.number, rows, cols);
  });
  // Shift-Tab twice leaves the terminal: Tab itself belongs to the program, until that has ended.
  let leaving = false;
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== "keydown" || event.key === "Shift") return true;
    if (over && event.key === "Tab") return false;
    const back = event.key === "Tab" && event.shiftKey;
    const leave = back && leaving;
    leaving = back && !leaving;
    return !leave;
  });
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(element);
  const recolour = (): void => {
    terminal.options.theme = terminalTheme(element);
  };
  const themes = new MutationObserver(recolour);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  for (const wish of wishes) wish.addEventListener("change", recolour);

  void see.openTerminal(session, what, terminal.rows, terminal.cols).then((outcome) => {
    if (closed) {
      if (outcome.ok) see.closeTerminal(outcome.value);
      return;
    }
    feed.opened(outcome.ok ? outcome.value : null);
    if (!outcome.ok) {
      onError(outcome.error);
      return;
    }
    if (feed.number === null) return;
    see.resizeTerminal(feed.number, terminal.rows, terminal.cols);
    for (const data of ahead.splice(0)) see.writeTerminal(feed.number, data);
  });

  return () => {
    closed = true;
    for (const stop of stops) stop();
    typed.dispose();
    resized.dispose();
    observer.disconnect();
    themes.disconnect();
    for (const wish of wishes) wish.removeEventListener("change", recolour);
    if (feed.number !== null) see.closeTerminal(feed.number);
    feed.opened(null);
    terminal.dispose();
  };
}
