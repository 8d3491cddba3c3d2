// The terminal's colours, taken from the page's tokens so that both change together.
import type { ITheme } from "@xterm/xterm";

const ANSI = {
  light: {
    black: "#1b1f27",
    red: "#b3261e",
    green: "#177245",
    yellow: "#8a5a00",
    blue: "#2563c9",
    magenta: "#7b3fb5",
    cyan: "#0b6e7d",
    white: "#566070",
    brightBlack: "#667085",
    brightRed: "#c5392f",
    brightGreen: "#1d8a54",
    brightYellow: "#9a6700",
    brightBlue: "#3470d2",
    brightMagenta: "#9250cc",
    brightCyan: "#0f8496",
    brightWhite: "#1b1f27",
  },
  dark: {
    black: "#30353f",
    red: "#f28b82",
    green: "#5ec98b",
    yellow: "#dfae54",
    blue: "#7aaaf7",
    magenta: "#c79bf0",
    cyan: "#5cc3d3",
    white: "#c9d0db",
    brightBlack: "#8b94a3",
    brightRed: "#ffb3ab",
    brightGreen: "#8bf0b5",
    brightYellow: "#ffd58a",
    brightBlue: "#a9ccff",
    brightMagenta: "#e0c3ff",
    brightCyan: "#94e4f0",
    brightWhite: "#ffffff",
  },
} as const;

/** Returns the theme for how the page looks now. The canvas needs plain colours: light-dark() is solved here. */
export function terminalTheme(host: HTMLElement): ITheme {
  const style = getComputedStyle(host);
  const dark = isDark(style.backgroundColor);
  return {
    background: style.backgroundColor,
    foreground: style.color,
    cursor: style.color,
    cursorAccent: style.backgroundColor,
    selectionBackground: dark ? "#7aaaf755" : "#2563c940",
    scrollbarSliderBackground: dark ? "#ffffff2b" : "#0f172a33",
    scrollbarSliderHoverBackground: dark ? "#ffffff4d" : "#0f172a59",
    scrollbarSliderActiveBackground: dark ? "#ffffff4d" : "#0f172a59",
    ...(dark ? ANSI.dark : ANSI.light),
  };
}

/** Tells whether a computed colour, rgb(r, g, b), is a dark one. */
export function isDark(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+(\.\d+)?/g) ?? []).map(Number);
  return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
}
