// The menu bar, hidden until Alt is pressed: it is there for its keys. Actions of the app live in the page.
import { Menu, type MenuItemConstructorOptions } from "electron";

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
    { label: "&File", submenu: [{ role: "quit", label: "&Quit", accelerator: "Ctrl+Q" }] },
    {
      label: "&Edit",
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
    { label: "&View", submenu: view },
  ]);
}
