// The menu bar, hidden until Alt is pressed: it is there for its keys. Actions of the app live in the page.
import { Menu, type MenuItemConstructorOptions } from "electron";
import { MENU } from "../../texts/desktop.js";

/** Returns the menu. A packaged app cannot be reloaded or inspected from it. */
export function buildMenu(packaged: boolean): Menu {
  const view: MenuItemConstructorOptions[] = [
    { role: "resetZoom" },
    { role: "zoomIn" },
    { role: "zoomOut" },
    { type: "separator" },
    { role: "togglefullscreen" },
  ];
  if (!packaged) view.push({ type: "separator" }, { role: "toggleDevTools", accelerator: "F12" });
  return Menu.buildFromTemplate([
    { label: MENU.file, submenu: [{ role: "quit", label: MENU.quit, accelerator: "Ctrl+Q" }] },
    {
      label: MENU.edit,
      submenu: [
        { role: "undo" },
        { role: "redo" },
        { type: "separator" },
        { role: "cut" },
        { role: "copy" },
        { role: "paste" },
        { role: "selectAll" },
      ],
    },
    { label: MENU.view, submenu: view },
  ]);
}
