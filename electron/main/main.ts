// Start-up only: puts the rooms of the main process together, in order.
import { join } from "node:path";
import { app, Menu, protocol, session } from "electron";
import { APP_SCHEME_PRIVILEGES, serveApp } from "./app-protocol.js";
import { guardApp, guardSession } from "./security.js";
import { openWindow } from "./window.js";

const OUT = join(import.meta.dirname, "..");

protocol.registerSchemesAsPrivileged([APP_SCHEME_PRIVILEGES]);
guardApp(app);
Menu.setApplicationMenu(null);

async function start(): Promise<void> {
  await app.whenReady();
  guardSession(session.defaultSession);
  serveApp(protocol, join(OUT, "renderer"));
  await openWindow(app.getPath("userData"), join(OUT, "preload/preload.cjs"));
}

app.on("window-all-closed", () => app.quit());
// Not awaited: Electron is ready only after this module has been evaluated.
start().catch((error: unknown) => {
  process.stderr.write(`alcatraz: ${String(error)}\n`);
  app.exit(1);
});
