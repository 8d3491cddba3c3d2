// What no page of ours may ever do: leave, open windows, ask for permissions, download, use the network.
// Deny by default; each allowance is one line here.
import { SANDBOX } from "../../texts/desktop.js";
import type { App, Session, WebContents } from "electron";
import { APP_ORIGIN } from "./app-protocol.js";

/** URL schemes that the session may load: our own files and images that the page itself made. */
const LOADABLE = new Set(["app:", "blob:", "data:", "devtools:"]);

/** Says that something was refused, where a developer looks. */
function note(what: string): void {
  process.stderr.write(`alcatraz: refused ${what}\n`);
}

/** Tells whether the network layer may load this URL. */
export function mayLoad(url: string): boolean {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return false;
  }
  if (parsed.protocol === "app:") return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`);
  return LOADABLE.has(parsed.protocol);
}

/** Closes the session's ways out. Call it before the first window is made. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback) => {
    note(`permission ${permission}`);
    callback(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  session.on("will-download", (event) => {
    note("a download");
    event.preventDefault();
  });
  session.webRequest.onBeforeRequest((details, callback) => {
    const cancel = !mayLoad(details.url);
    if (cancel) note(`a request by the page to ${new URL(details.url).protocol}//…`);
    callback({ cancel });
  });
}

function guardContents(contents: WebContents): void {
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.on("will-frame-navigate", (event) => event.preventDefault());
  contents.on("will-redirect", (event) => event.preventDefault());
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** Guards every web contents of the app, whatever made it. */
export function guardApp(app: App): void {
  app.on("web-contents-created", (_event, contents) => guardContents(contents));
  app.on("certificate-error", (event, _contents, _url, _error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
  });
  app.on("select-client-certificate", (event) => event.preventDefault());
  app.on("login", (event) => event.preventDefault());
}

/**
 * Decides on Chromium's own sandbox: it stays on for everybody but root, for whom Chromium does not start with it.
 * An app that an ordinary user starts without it does not start at all.
 */
export function sandboxVerdict(
  uid: number,
  switchedOff: boolean,
): { mayStart: boolean; says: string | null } {
  if (!switchedOff) return { mayStart: true, says: null };
  if (uid === 0) return { mayStart: true, says: SANDBOX.off };
  return { mayStart: false, says: SANDBOX.rootOnly };
}
