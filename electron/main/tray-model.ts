// What the icon in the panel says of the sessions. Pure.
import type { Session } from "../../protocol/src/session.js";
import { PANEL } from "../../texts/desktop.js";
import { sessionTitle } from "../../texts/titles.js";

/** More would be longer than a screen. */
const LIMIT = 8;

export interface TrayModel {
  tip: string;
  items: { label: string; session: string }[];
}

/** Returns the words beside the icon and its entries: the sessions that ask something of a person, the newest first. */
export function trayModel(sessions: readonly Session[]): TrayModel {
  const running = sessions.filter(({ state }) => state === "running" || state === "starting");
  const waiting = sessions.filter(({ state, unchanged }) => state === "finished" && unchanged !== true);
  const words = PANEL.counts(running.length, waiting.length);
  const items = [...running, ...waiting]
    .toSorted((a, b) => b.created.localeCompare(a.created))
    .slice(0, LIMIT)
    .map((session) => {
      // A single one would begin a mnemonic.
      const label = `${sessionTitle(session)} (${session.state === "finished" ? PANEL.waiting : PANEL.running})`;
      return { label: label.replaceAll("&", "&&"), session: session.id };
    });
  return { tip: words.length === 0 ? PANEL.name : `${PANEL.name}: ${words.join(", ")}`, items };
}
