// The session's terminal. What the program writes stays inside xterm: no links, no titles, no clipboard.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Session } from "../../../protocol/src/session.js";
import { see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { ErrorPanel } from "../../ui/state-panel.js";
import { useHelper } from "../run/helper-store.js";
import { endWords, isLive } from "../run/session-model.js";
import { terminalTheme } from "./terminal-theme.js";
import { TEXTS } from "./texts.js";
import styles from "./terminal-pane.module.css";

const SCROLLBACK = 5000;

interface TerminalPaneProps {
  session: Session;
  /** Whether there is a screen to show: a program runs, or has ended. */
  begun: boolean;
  /** Stands where the pane's title would. */
  head: ReactNode;
}

export function TerminalPane({ session, begun, head }: TerminalPaneProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<SeeError | null>(null);
  const [attempt, setAttempt] = useState(0);
  // The terminal is no child of the helper: it waits for the first one and outlives each.
  const greeted = useHelper((state) => state.epoch > 0);
  const [ended, setEnded] = useState<number | null>(null);
  const { id } = session;

  useEffect(() => {
    if (!begun || !greeted || host.current === null) return;
    setEnded(null);
    return attach(host.current, id, setError, setEnded);
  }, [id, begun, attempt, greeted]);

  // The error goes first: while it stands there is no element to attach to.
  const retry = (): void => {
    setError(null);
    setAttempt(attempt + 1);
  };
  const end = endWords(session);
  const note =
    ended === null && isLive(session) ? TEXTS.running : end === undefined ? TEXTS.ended : TEXTS.endedSo(end);
  return (
    <section className={styles.pane} aria-label={TEXTS.title}>
      <div className={styles.head}>
        {head}
        <span className={styles.note}>{note}</span>
      </div>
      {error === null ? (
        <div ref={host} className={styles.screen} />
      ) : (
        <ErrorPanel error={error} actions={<Button onClick={retry}>{TEXTS.retry}</Button>} />
      )}
    </section>
  );
}

/** Shows the session's terminal in the element until the returned function is called. */
function attach(
  element: HTMLElement,
  session: string,
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
  terminal.textarea?.setAttribute("aria-label", TEXTS.outputOf);
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

  void see.openTerminal(session, terminal.rows, terminal.cols).then((outcome) => {
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
