// Who may call: the main frame of our own window while it shows our own page, and nobody else.
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from "electron";
import { APP_ERRORS } from "../../texts/app-errors.js";
import { APP_ORIGIN } from "./app-protocol.js";
import { fail } from "./failure.js";

/** What the check looks at; Electron's events have it. */
export type Sender = Pick<IpcMainEvent | IpcMainInvokeEvent, "sender" | "senderFrame">;

/** Fails unless the call comes from the page itself. `window` is null while there is no window. */
export function checkSender(event: Sender, window: WebContents | null): void {
  const frame = event.senderFrame;
  const trusted =
    window !== null &&
    event.sender === window &&
    frame !== null &&
    frame === window.mainFrame &&
    frame.origin === APP_ORIGIN;
  if (!trusted) {
    throw fail("bad-request", APP_ERRORS.strangeCaller);
  }
}
