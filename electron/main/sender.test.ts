// Only our own page's main frame may call.
import type { WebContents } from "electron";
import { expect, test } from "vitest";
import { APP_ORIGIN } from "./app-protocol.js";
import { Failure } from "./failure.js";
import { checkSender, type Sender } from "./sender.js";

/** The parts of Electron's objects that the check looks at. */
function contents(origin: string): WebContents {
  const value: unknown = { mainFrame: { origin } };
  return value as WebContents;
}

function sent(sender: WebContents, senderFrame: unknown): Sender {
  return { sender, senderFrame } as Sender;
}

const window = contents(APP_ORIGIN);

function refused(event: Sender, own: WebContents | null): void {
  expect(() => checkSender(event, own)).toThrow(Failure);
}

test("the main frame of our window may", () => {
  expect(() => checkSender(sent(window, window.mainFrame), window)).not.toThrow();
});

test("another window may not, not even with our page in it", () => {
  const other = contents(APP_ORIGIN);
  refused(sent(other, other.mainFrame), window);
});

test("a frame inside our page may not", () => refused(sent(window, { origin: APP_ORIGIN }), window));

test("a frame that is gone may not", () => refused(sent(window, null), window));

test.each(["null", "https://example.com", "file://", `${APP_ORIGIN}.evil`, "devtools://devtools"])(
  "a page of origin %s in our window may not",
  (origin) => {
    const own = contents(origin);
    refused(sent(own, own.mainFrame), own);
  },
);

test("nobody may before there is a window", () => refused(sent(window, window.mainFrame), null));
