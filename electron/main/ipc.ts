// The one door between page and main: every call is checked (who sends it, what it says) before anything happens,
// and every answer is an Outcome. Knows no verb by itself.
import { ipcMain, type WebContents } from "electron";
import { z } from "zod";
import { APP_ERRORS } from "../../texts/app-errors.js";
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
import { Failure, toSeeError } from "./failure.js";
import { checkSender } from "./sender.js";

export type CallHandlers = {
  [K in CallName]: (...args: z.output<(typeof calls)[K]>) => Promise<CallValue<K>>;
};
export type SendHandlers = {
  [K in SendName]: (...args: z.output<(typeof sends)[K]>) => void;
};

/** Returns a table's names, typed. */
function namesOf<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the tables are literals of the contract: they have no other keys
  return Object.keys(table) as K[];
}

function parse<T>(schema: z.ZodType<T>, name: string, args: unknown[]): T {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  throw new Failure({
    code: "bad-request",
    ...APP_ERRORS.badCall(name),
    own: true,
    facts: { detail: z.prettifyError(parsed.error).slice(0, 500) },
  });
}

/** Opens the door. `window` returns the contents of the app's window while it exists. */
export function openDoor(
  window: () => WebContents | null,
  callHandlers: CallHandlers,
  sendHandlers: SendHandlers,
): void {
  for (const name of namesOf(calls)) {
    const schema: z.ZodType<unknown[]> = calls[name];
    // The table's type ties schema and handler of one name together; a loop over names cannot say so.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    const handler = callHandlers[name] as (...args: unknown[]) => Promise<unknown>;
    ipcMain.handle(callChannel(name), async (event, ...args: unknown[]): Promise<Outcome<unknown>> => {
      try {
        checkSender(event, window());
        return { ok: true, value: await handler(...parse(schema, name, args)) };
      } catch (thrown) {
        return { ok: false, error: toSeeError(thrown) };
      }
    });
  }
  for (const name of namesOf(sends)) {
    const schema: z.ZodType<unknown[]> = sends[name];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as for calls
    const handler = sendHandlers[name] as (...args: unknown[]) => void;
    ipcMain.on(sendChannel(name), (event, ...args: unknown[]) => {
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
