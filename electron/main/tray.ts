// The small icon in the panel: how many sessions run or wait, and the way back to them and to the last commit.
import { Menu, type MenuItemConstructorOptions, Tray } from "electron";
import type { Session } from "../../protocol/src/session.js";
import { PANEL } from "../../texts/desktop.js";
import { trayModel } from "./tray-model.js";

export interface TrayActions {
  show: () => void;
  open: (session: string) => void;
  takeBack: () => void;
  history: () => void;
  quit: () => void;
}

export class PanelIcon {
  readonly #tray: Tray;
  readonly #actions: TrayActions;

  constructor(icon: string, actions: TrayActions) {
    this.#tray = new Tray(icon);
    this.#actions = actions;
    this.#tray.on("click", () => actions.show());
  }

  /** Takes the newest list of sessions. */
  take(sessions: readonly Session[]): void {
    const { tip, items } = trayModel(sessions);
    const { show, open, takeBack, history, quit } = this.#actions;
    const template: MenuItemConstructorOptions[] = [
      { label: PANEL.show, click: show },
      { type: "separator" },
      ...items.map(({ label, session }) => ({ label, click: () => open(session) })),
      ...(items.length === 0 ? [] : [{ type: "separator" } as const]),
      { label: PANEL.takeBack, click: takeBack },
      { label: PANEL.history, click: history },
      { type: "separator" },
      { label: PANEL.quit, click: quit },
    ];
    this.#tray.setToolTip(tip);
    this.#tray.setContextMenu(Menu.buildFromTemplate(template));
  }
}
