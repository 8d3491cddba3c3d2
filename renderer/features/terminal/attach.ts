// A terminal of a session in an element of the page. What programs write stays inside xterm: no links, no titles, no clipboard.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import type { TerminalOf } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";
import { terminalTheme } from "./terminal-theme.js";
import { TEXTS } from "./texts.js";

const SCROLLBACK = 5000;

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
    fontSize: 12.5,
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
  terminal.textarea?.setAttribute("aria-label", TEXTS.outputOf[what]);
  fit.fit();

  let number: number | null = null;
  let closed = false;
  let over = false;
  /** What was typed before the terminal was there. */
  const ahead: string[] = [];
  const early: { terminal: number; data: Uint8Array }[] = [];
  const earlyEnds = new Map<number, number>();
  const end = (status: number): void => {
    number = null;
    over = true;
    terminal.options.disableStdin = true;
    terminal.options.cursorStyle = "underline";
    onEnd(status);
  };
  // Fulfilled when drawn: until then main holds the flood of a program that prints without end.
  const draw = (data: Uint8Array): Promise<void> => new Promise((drawn) => terminal.write(data, drawn));
  const stops = [
    see.onTerminalData((which, data) => {
      if (number === null) early.push({ terminal: which, data });
      else if (which === number) return draw(data);
      return undefined;
    }),
    see.onTerminalExit((which, status) => {
      if (number === null) earlyEnds.set(which, status);
      else if (which === number) end(status);
    }),
  ];
  const typed = terminal.onData((data) => {
    if (number !== null) see.writeTerminal(number, data);
    else if (!over) ahead.push(data);
  });
  const resized = terminal.onResize(({ rows, cols }) => {
    if (number !== null) see.resizeTerminal(number, rows, cols);
  });
  // Shift-Tab twice leaves the terminal: Tab itself belongs to the program.
  let leaving = false;
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== "keydown" || event.key === "Shift") return true;
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
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", recolour);

  void see.openTerminal(session, what, terminal.rows, terminal.cols).then((outcome) => {
    if (!outcome.ok) {
      if (!closed) onError(outcome.error);
      return;
    }
    if (closed) {
      see.closeTerminal(outcome.value);
      return;
    }
    number = outcome.value;
    for (const each of early) if (each.terminal === number) terminal.write(each.data);
    early.length = 0;
    const status = earlyEnds.get(number);
    if (status !== undefined) {
      end(status);
      return;
    }
    see.resizeTerminal(number, terminal.rows, terminal.cols);
    for (const data of ahead.splice(0)) see.writeTerminal(number, data);
  });

  return () => {
    closed = true;
    for (const stop of stops) stop();
    typed.dispose();
    resized.dispose();
    observer.disconnect();
    themes.disconnect();
    scheme.removeEventListener("change", recolour);
    if (number !== null) see.closeTerminal(number);
    terminal.dispose();
  };
}
