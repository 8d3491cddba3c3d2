// JSON-RPC over two streams: numbers requests, matches replies, checks both against the contract.
// Knows no process; whoever made the streams ends them.
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { APP_ERRORS, HELPER_FAULTS } from "../../../texts/app-errors.js";
import { FeedEvent } from "../../../protocol/src/change.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import {
  methods,
  type Method,
  type Notification,
  NotificationEnvelope,
  type NotificationName,
  notifications,
  type Order,
  type OrderName,
  type Params,
  Reply,
  type Result,
} from "../../../protocol/src/rpc.js";
import { fail, Failure } from "../failure.js";
import { LINE_LIMIT, LineReader } from "./framing.js";

/** Where what the helper says of its own accord goes: one sink for each notification of the contract. */
export type ClientEvents = { [N in NotificationName]: (value: Notification<N>) => void } & {
  /** The other side broke the contract; nothing more is read from it. */
  fault(failure: Failure): void;
};

/** What main itself needs to know of a feed event. */
const FeedEnvelope = z.looseObject({
  event: z.enum(FeedEvent.options.map((option) => option.shape.event.value)),
  watch: z.int(),
});
/** A feed event of which only the envelope was parsed: its rows are parsed by the page, which alone needs them. */
const UnreadFeedEvent = z.custom<FeedEvent>((value) => FeedEnvelope.safeParse(value).success);

interface Pending {
  method: Method;
  resolve(value: unknown): void;
  reject(failure: Failure): void;
}

function misunderstood(what: string, detail: string): Failure {
  return fail("internal", APP_ERRORS.helperMisunderstood(what), { detail: detail.slice(0, 500) });
}

export class RpcClient {
  readonly #output: Writable;
  readonly #events: ClientEvents;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #closed: Failure | null = null;

  constructor(input: Readable, output: Writable, events: ClientEvents) {
    this.#output = output;
    this.#events = events;
    const reader = new LineReader(
      LINE_LIMIT,
      (line) => this.#read(line),
      () => this.#fault(misunderstood(HELPER_FAULTS.long, String(LINE_LIMIT))),
    );
    input.on("data", (chunk: Buffer) => {
      if (this.#closed === null) reader.push(chunk);
    });
  }

  /** Sends a request. `id` is what progress and cancellation go by. */
  request<M extends Method>(method: M, params: Params<M>): { id: number; result: Promise<Result<M>> } {
    const id = this.#next;
    this.#next += 1;
    const result = new Promise<Result<M>>((resolve, reject) => {
      if (this.#closed !== null) {
        reject(this.#closed);
        return;
      }
      this.#pending.set(id, { method, resolve, reject });
      this.#send({ jsonrpc: "2.0", id, method, params });
    });
    return { id, result };
  }

  /** Asks for request `id` to be given up; the request then ends by itself, usually with `cancelled`. */
  cancel(id: number): void {
    if (this.#pending.has(id)) this.order("cancel", { request: id });
  }

  /** Tells the helper what is not answered. */
  order<N extends OrderName>(method: N, params: Order<N>): void {
    if (this.#closed === null) this.#send({ jsonrpc: "2.0", method, params });
  }

  /** Fails everything that waits, and whatever is asked from now on. */
  close(failure: Failure): void {
    if (this.#closed !== null) return;
    this.#closed = failure;
    for (const pending of this.#pending.values()) pending.reject(failure);
    this.#pending.clear();
  }

  #send(message: unknown): void {
    // A pipe that broke is reported by the process's end, which says more.
    if (this.#output.writable) this.#output.write(`${JSON.stringify(message)}\n`);
  }

  #fault(failure: Failure): void {
    if (this.#closed !== null) return;
    this.close(failure);
    this.#events.fault(failure);
  }

  #read(line: string): void {
    if (this.#closed !== null) return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      this.#fault(misunderstood(HELPER_FAULTS.noJson, line));
      return;
    }
    const reply = Reply.safeParse(message);
    if (reply.success) {
      if ("error" in reply.data) this.#readError(reply.data.id, reply.data.error.data, line);
      else this.#readResult(reply.data.id, reply.data.result, line);
      return;
    }
    const notification = NotificationEnvelope.safeParse(message);
    if (notification.success)
      this.#readNotification(notification.data.method, notification.data.params, line);
    else this.#fault(misunderstood(HELPER_FAULTS.neither, line));
  }

  #take(id: number | null, line: string): Pending | null {
    const pending = id === null ? undefined : this.#pending.get(id);
    if (id === null || pending === undefined) {
      this.#fault(misunderstood(HELPER_FAULTS.unasked, line));
      return null;
    }
    this.#pending.delete(id);
    return pending;
  }

  #readError(id: number | null, error: SeeError, line: string): void {
    if (id === null) this.#fault(new Failure(error));
    else this.#take(id, line)?.reject(new Failure(error));
  }

  #readResult(id: number, result: unknown, line: string): void {
    const pending = this.#take(id, line);
    if (pending === null) return;
    const parsed = methods[pending.method].result.safeParse(result);
    if (parsed.success) pending.resolve(parsed.data);
    else {
      const detail = z.prettifyError(parsed.error);
      pending.reject(misunderstood(HELPER_FAULTS.answer(pending.method), detail));
    }
  }

  #readNotification(name: string, params: unknown, line: string): void {
    const events = this.#events;
    if (name === "sessions") this.#deliver(name, notifications.sessions, params, events.sessions);
    else if (name === "feed") this.#deliver(name, UnreadFeedEvent, params, events.feed);
    else if (name === "progress") this.#deliver(name, notifications.progress, params, events.progress);
    else if (name === "relay") this.#deliver(name, notifications.relay, params, events.relay);
    else if (name === "relay-end")
      this.#deliver(name, notifications["relay-end"], params, events["relay-end"]);
    else this.#fault(misunderstood(HELPER_FAULTS.notification, line));
  }

  #deliver<T>(name: NotificationName, schema: z.ZodType<T>, params: unknown, sink: (value: T) => void): void {
    const parsed = schema.safeParse(params);
    if (parsed.success) sink(parsed.data);
    else this.#fault(misunderstood(HELPER_FAULTS.params(name), z.prettifyError(parsed.error)));
  }
}
