// The app's icons: 16-px line drawings in the colour of the text around them. Decoration only: what they mean
// is said by a label beside them or by the control that holds them.
import type { ReactElement } from "react";

const PATHS = {
  abort: "M4 4l8 8M12 4l-8 8",
  alert: "M8 2.2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.1",
  apps: "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z",
  check: "M3 8.5 6.5 12 13 4.5",
  chevron: "M6 3.5 10.5 8 6 12.5",
  clock: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.5V8l2.4 1.6",
  collapse: "M3.5 8h9M5.5 2.5 8 5l2.5-2.5M5.5 13.5 8 11l2.5 2.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  down: "M3.5 6 8 10.5 12.5 6",
  expand: "M3.5 8h9M5.5 5 8 2.5 10.5 5M5.5 11 8 13.5l2.5-2.5",
  file: "M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3",
  flag: "M4 14V2.3M4 2.8h8l-1.9 2.7L12 8.2H4",
  edit: "M3 13l.7-3.2L10.8 2.7l2.5 2.5-7.1 7.1zM9 4.5l2.5 2.5",
  folder: "M1.8 3.5h4.4l1.5 1.8h6.5v7.9H1.8z",
  gear: "M8 5.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM8 1.6v1.9M8 12.5v1.9M1.6 8h1.9M12.5 8h1.9M3.5 3.5l1.3 1.3M11.2 11.2l1.3 1.3M12.5 3.5l-1.3 1.3M4.8 11.2l-1.3 1.3",
  home: "M2 7.5 8 2.2l6 5.3M3.8 6.2v7.3h8.4V6.2",
  hide: "M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM3 13 13 3",
  info: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.3v3.6M8 4.9v.1",
  image: "M1.8 2.8h12.4v10.4H1.8zM1.8 11l3.6-3.6 3 3 2.2-2.2 3.6 3.6M10.8 5.8v.1",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.1M6.7 6.5h.1M9.3 6.5h.1M12 6.5h.1M4.5 9.5h7",
  more: "M3 7.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1zM8 7.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1zM13 7.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1z",
  network: "M2 2l12 12M8 13.2v.1M5.4 10.4a3.8 3.8 0 0 1 4.2-.7M3 7.7a7 7 0 0 1 3-1.8M13 7.7a7 7 0 0 0-5-2",
  note: "M2.5 2.5h11v7.5l-3.5 3.5h-7.5zM13.5 10H10v3.5M5 5.5h6M5 8.2h3.5",
  open: "M9 2.5h4.5V7M13.5 2.5 7.5 8.5M6.5 3.5h-4v10h10v-4",
  play: "M4.5 2.5 13 8l-8.5 5.5z",
  plus: "M8 3v10M3 8h10",
  restart: "M13 8a5 5 0 1 1-1.6-3.7M13.2 1.8v3.4H9.8",
  save: "M8 2v8M4.5 6.8 8 10.3l3.5-3.5M2.5 13.5h11",
  search: "M7 2.3a4.7 4.7 0 1 0 0 9.4 4.7 4.7 0 0 0 0-9.4zM10.5 10.5l3.4 3.4",
  shield: "M8 1.6 13.5 3.6v4.1c0 3.3-2.3 5.6-5.5 6.7-3.2-1.1-5.5-3.4-5.5-6.7V3.6z",
  sidebar: "M1.8 2.8h12.4v10.4H1.8zM6 2.8v10.4",
  stop: "M4 4h8v8H4z",
  terminal: "M1.8 2.8h12.4v10.4H1.8zM4.3 6l2.2 2-2.2 2M8 10.3h3.5",
  trash: "M2.5 4.2h11M6 4V2.5h4V4M4 4.2l.6 9.3h6.8l.6-9.3M6.6 6.8v4M9.4 6.8v4",
  undo: "M5.5 3 2.5 6l3 3M2.7 6h6.6a4 4 0 0 1 0 8H6",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
