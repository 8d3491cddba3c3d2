// What happens around the page's own life: what it held is let go when it leaves, and a crashed page is loaded again.
import type { WebContents } from "electron";
import { APP_ERRORS } from "../../texts/app-errors.js";
import { fail } from "./failure.js";
import type { SeeError } from "../../protocol/src/errors.js";

/** A page that crashes so often in a row will not get better by loading it again. */
const CRASH_LIMIT = 3;
/** A page that lived so long is no part of such a row, in milliseconds. */
const CRASH_SPAN = 60_000;

export interface PageLifeEvents {
  /** The page is gone or is being replaced. */
  left(): void;
  /** It cannot be kept alive. */
  hopeless(error: SeeError): void;
}

export function followPage(contents: WebContents, events: PageLifeEvents): void {
  let crashes: number[] = [];
  contents.on("did-start-navigation", ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) events.left();
  });
  contents.on("destroyed", () => events.left());
  contents.on("render-process-gone", (_event, { reason, exitCode }) => {
    events.left();
    if (reason === "clean-exit") return;
    process.stderr.write(`alcatraz: the page's process ended: ${reason} (${exitCode})\n`);
    const now = performance.now();
    crashes = [...crashes.filter((time) => now - time < CRASH_SPAN), now];
    if (crashes.length < CRASH_LIMIT) {
      // Not within the event: Chromium is still taking the old process apart, and a reload then ends the app.
      setImmediate(() => {
        if (!contents.isDestroyed()) contents.reload();
      });
    } else {
      const { error } = fail("internal", APP_ERRORS.pageCrashed(crashes.length, reason));
      events.hopeless(error);
    }
  });
}
