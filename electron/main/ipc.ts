// The one door between page and main: every call is checked (who sends it, what it says) before anything happens,
// and every answer is an Outcome. Knows no verb by itself.
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from "electron";
import { z } from "zod";
import type { Outcome } from "../../protocol/src/bridge.js";
import { callChannel, eventChannel, sendChannel } from "../../protocol/src/channel-names.js";
import {
  type CallName,
  calls,
  type CallValue,
  type EventName,
  type Events,
  type SendName,
  sends,
} from "../../protocol/src/channels.js";
import { APP_ORIGIN } from "./app-protocol.js";
import { fail, Failure, toSeeError } from "./failure.js";

export type CallHandlers = {
  [K in CallName]: (...args: z.output<(typeof calls)[K]>) => Promise<CallValue<K>>;
};
export type SendHandlers = {
  [K in SendName]: (...args: z.output<(typeof sends)[K]>) => void;
};

/** What the sender check looks at; Electron's events have it. */
export type Sender = Pick<IpcMainEvent | IpcMainInvokeEvent, "sender" | "senderFrame">;

/** Refuses everything but the main frame of our own window, while it shows our own page. */
export function checkSender(event: Sender, window: WebContents | null): void {
  const frame = event.senderFrame;
  const trusted =
    window !== null &&
    event.sender === window &&
    frame !== null &&
    frame === window.mainFrame &&
    frame.origin === APP_ORIGIN;
  if (!trusted) {
    throw fail("bad-request", "The call did not come from the app's own page.", "Use the app's window.");
  }
}

function parse<T>(schema: z.ZodType<T>, name: string, args: unknown[]): T {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  throw new Failure({
    code: "bad-request",
    message: `“${name}” was called with something that it does not take.`,
    hint: "This is a bug in Alcatraz; please report it. Nothing was lost.",
    facts: { detail: z.prettifyError(parsed.error).slice(0, 500) },
  });
}

/** Opens the door. `window` returns the contents of the app's window while it exists. */
export function openDoor(
  ipc: IpcMain,
  window: () => WebContents | null,
  callHandlers: CallHandlers,
  sendHandlers: SendHandlers,
): void {
  for (const name of Object.keys(calls) as CallName[]) {
    // The table's types tie schema and handler of one name together; a loop over names cannot say so.
    const schema = calls[name] as z.ZodType<unknown[]>;
    const handler = callHandlers[name] as (...args: unknown[]) => Promise<unknown>;
    ipc.handle(callChannel(name), async (event, ...args: unknown[]): Promise<Outcome<unknown>> => {
      try {
        checkSender(event, window());
        return { ok: true, value: await handler(...parse(schema, name, args)) };
      } catch (thrown) {
        return { ok: false, error: toSeeError(thrown) };
      }
    });
  }
  for (const name of Object.keys(sends) as SendName[]) {
    const schema = sends[name] as z.ZodType<unknown[]>;
    const handler = sendHandlers[name] as (...args: unknown[]) => void;
    ipc.on(sendChannel(name), (event, ...args: unknown[]) => {
      try {
        checkSender(event, window());
        handler(...parse(schema, name, args));
      } catch (thrown) {
        // Nobody waits for an answer, so the refusal is said where a developer looks.
        const { code, message } = toSeeError(thrown);
        process.stderr.write(`alcatraz: refused message “${name}”: ${code}: ${message}\n`);
      }
    });
  }
}

/** Tells the page something; when there is no page, nobody misses it: a new page asks for the state it needs. */
export function tell<N extends EventName>(window: WebContents | null, name: N, ...values: Events[N]): void {
  if (window !== null && !window.isDestroyed()) window.send(eventChannel(name), ...values);
}
